using System.Numerics;
using System.Runtime.CompilerServices;

namespace Palimpsest.Torch;

/// <summary>Elementary functions on vectors of f32.</summary>
internal static class FastMath
{
    /// <summary>e^x to within 2 units in the last place for x in [-87, 88]; 0 below, clamped above.</summary>
    /// <remarks>Cody-Waite reduction by ln 2 in two parts and the degree-6 polynomial of the Cephes library (expf).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        Vector<float> clamped = Vector.Max(Vector.Min(x, new Vector<float>(88.02f)), new Vector<float>(-87.33f));
        Vector<float> n = Vector.Floor(Vector.MultiplyAddEstimate(clamped, new Vector<float>(1.44269504088896341f), new Vector<float>(0.5f)));
        Vector<float> r = Vector.MultiplyAddEstimate(n, new Vector<float>(-0.693359375f), clamped);
        r = Vector.MultiplyAddEstimate(n, new Vector<float>(2.12194440e-4f), r);
        Vector<float> p = new(1.9875691500e-4f);
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.MultiplyAddEstimate(p, r * r, r) + Vector<float>.One;
        Vector<int> exponent = (Vector.ConvertToInt32Native(n) + new Vector<int>(127)) << 23;
        Vector<float> result = p * Vector.AsVectorSingle(exponent);
        return Vector.ConditionalSelect(Vector.LessThan(x, new Vector<float>(-87.33f)), Vector<float>.Zero, result);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Exp(-x));

    /// <summary>gate = silu(gate) * up.</summary>
    public static void SiluProduct(Span<float> gate, ReadOnlySpan<float> up)
    {
        int i = 0;
        for (; i <= gate.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> g = new(gate[i..]);
            (g * Sigmoid(g) * new Vector<float>(up[i..])).CopyTo(gate[i..]);
        }

        for (; i < gate.Length; i++)
        {
            gate[i] = gate[i] / (1f + MathF.Exp(-gate[i])) * up[i];
        }
    }

    /// <summary>x = e^x / sum of e^x.</summary>
    public static void Softmax(Span<float> x)
    {
        float largest = System.Numerics.Tensors.TensorPrimitives.Max<float>(x), sum = 0;
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> e = Exp(new Vector<float>(x[i..]) - new Vector<float>(largest));
            e.CopyTo(x[i..]);
            sums += e;
        }

        for (; i < x.Length; i++)
        {
            sum += x[i] = MathF.Exp(x[i] - largest);
        }

        float factor = 1f / (Vector.Sum(sums) + sum);
        for (i = 0; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(x[i..]) * factor).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] *= factor;
        }
    }
}
