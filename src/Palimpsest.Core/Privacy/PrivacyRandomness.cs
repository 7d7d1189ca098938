using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Palimpsest.Numerics;

namespace Palimpsest.Privacy;

/// <summary>Where the coins and the noise of a mechanism come from; this alone decides whether its guarantee is one.</summary>
public abstract class PrivacyRandomness
{
    private const int Block = 512;

    private PrivacyRandomness()
    {
    }

    /// <summary>Whether the noise can be drawn again by whoever knows the seed.</summary>
    public abstract bool IsSimulation { get; }

    /// <summary>What every report of results must carry; empty in deployment.</summary>
    public string Stamp => IsSimulation ? "simulation: no guarantee" : "";

    /// <summary>Deployment: the operating system's generator. Nothing is stored, and nothing can be repeated.</summary>
    public static PrivacyRandomness Deployment() => new System();

    /// <summary>Simulation: a stream with a seed, for experiments that must be repeatable. Whoever knows the seed can take the noise off again.</summary>
    /// <param name="stream">Drawn from; not for use by others meanwhile.</param>
    public static PrivacyRandomness Simulation(RandomStream stream) => new Seeded(stream);

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public abstract double NextUniform();

    /// <summary>Standard normal numbers.</summary>
    /// <param name="values">Filled whole.</param>
    public void FillGaussian(Span<double> values)
    {
        // Whole blocks whatever is asked for, so that the same instructions make the same bits.
        Span<double> block = stackalloc double[Block];
        for (; !values.IsEmpty; values = values[Math.Min(Block, values.Length)..])
        {
            FillBlock(block);
            block[..Math.Min(Block, values.Length)].CopyTo(values);
        }

        // No image of the memory gives noise away.
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(block));
    }

    /// <summary>Where the stream of a simulation stands; null in deployment, which cannot be repeated.</summary>
    internal virtual ulong? Position
    {
        get => null;
        set { }
    }

    private protected abstract void FillBlock(Span<double> values);

    private static void ToUniform(Span<double> bits)
    {
        foreach (ref double value in bits)
        {
            value = (BitConverter.DoubleToUInt64Bits(value) >> 11) * (1.0 / (1UL << 53));
        }
    }

    // Box-Muller, in place: √(-2 ln(1 - u)) (cos 2πv, sin 2πv).
    private static void ToGaussian(Span<double> u, Span<double> v)
    {
        Span<Vector256<double>> first = MemoryMarshal.Cast<double, Vector256<double>>(u), second = MemoryMarshal.Cast<double, Vector256<double>>(v);
        for (int i = 0; i < first.Length; i++)
        {
            Vector256<double> radius = Vector256.Sqrt(-2 * Vector256.Log(Vector256<double>.One - first[i])), angle = 2 * Math.PI * second[i];
            (first[i], second[i]) = (radius * Vector256.Cos(angle), radius * Vector256.Sin(angle));
        }
    }

    private sealed class Seeded(RandomStream stream) : PrivacyRandomness
    {
        public override bool IsSimulation => true;

        public override double NextUniform() => stream.NextDouble();

        internal override ulong? Position
        {
            get => stream.Position;
            set => stream.Position = value!.Value;
        }

        private protected override void FillBlock(Span<double> values)
        {
            stream.Fill(MemoryMarshal.Cast<double, uint>(values));
            ToUniform(values);
            ToGaussian(values[..(Block / 2)], values[(Block / 2)..]);
        }
    }

    private sealed class System : PrivacyRandomness
    {
        private readonly double[] _uniform = new double[4 * Block];
        private int _used = 4 * Block;

        public override bool IsSimulation => false;

        public override double NextUniform()
        {
            if (_used == _uniform.Length)
            {
                Draw();
                _used = 0;
            }

            double value = _uniform[_used];
            _uniform[_used++] = 0;
            return value;
        }

        // Two pairs of Box-Muller, summed: the holes in the floating-point values of one would let an attacker exclude inputs (Mironov 2012; Holohan and
        // Braghin 2021).
        private protected override void FillBlock(Span<double> values)
        {
            Draw();
            _used = _uniform.Length;
            Span<double> a = _uniform.AsSpan(0, Block), b = _uniform.AsSpan(Block, Block), c = _uniform.AsSpan(2 * Block, Block), d = _uniform.AsSpan(3 * Block);
            ToGaussian(a, b);
            ToGaussian(c, d);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (a[i] + b[i] + c[i] + d[i]) / 2;
            }

            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_uniform.AsSpan()));
        }

        private void Draw()
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_uniform.AsSpan()));
            ToUniform(_uniform);
        }
    }
}
