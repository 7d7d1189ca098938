using System.Buffers.Binary;
using System.Security.Cryptography;
using Palimpsest.Numerics;

namespace Palimpsest.Privacy;

/// <summary>Where the coins and the noise of a mechanism come from; this alone decides whether its guarantee is one.</summary>
public abstract class PrivacyRandomness
{
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

    /// <summary>A standard normal number.</summary>
    public abstract double NextGaussian();

    private sealed class Seeded(RandomStream stream) : PrivacyRandomness
    {
        public override bool IsSimulation => true;

        public override double NextUniform() => stream.NextDouble();

        public override double NextGaussian() => stream.NextGaussian();
    }

    private sealed class System : PrivacyRandomness
    {
        private readonly byte[] _buffer = new byte[1 << 14];
        private int _used = 1 << 14;

        public override bool IsSimulation => false;

        public override double NextUniform()
        {
            if (_used == _buffer.Length)
            {
                RandomNumberGenerator.Fill(_buffer);
                _used = 0;
            }

            // What was used is wiped, so that no image of the memory gives noise away.
            Span<byte> word = _buffer.AsSpan(_used, sizeof(ulong));
            double value = (BinaryPrimitives.ReadUInt64LittleEndian(word) >> 11) * (1.0 / (1UL << 53));
            word.Clear();
            _used += sizeof(ulong);
            return value;
        }

        // Two pairs of Box-Muller, summed: the holes in the floating-point values of one would let an attacker exclude inputs (Mironov 2012; Holohan and
        // Braghin 2021).
        public override double NextGaussian()
        {
            double sum = 0;
            for (int i = 0; i < 2; i++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform())), angle = 2 * Math.PI * NextUniform();
                sum += radius * (Math.Cos(angle) + Math.Sin(angle));
            }

            return sum / 2;
        }
    }
}
