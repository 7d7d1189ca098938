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

    /// <summary>The error function, to the last digits of f32.</summary>
    /// <remarks>An odd rational function of degrees 13 and 8 over [-4, 4], beyond which f32 has only 1; the coefficients are those of Eigen's erf for
    /// floats.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Erf(Vector<float> x)
    {
        Vector<float> z = Vector.Max(Vector.Min(x, new Vector<float>(4f)), new Vector<float>(-4f)), square = z * z;
        Vector<float> p = new(-2.72614225801306e-10f);
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(2.77068142495902e-08f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-2.10102402082508e-06f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-5.69250639462346e-05f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-7.34990630326855e-04f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-2.95459980854025e-03f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-1.60960333262415e-02f));
        Vector<float> q = new(-1.45660718464996e-05f);
        q = Vector.MultiplyAddEstimate(q, square, new Vector<float>(-2.13374055278905e-04f));
        q = Vector.MultiplyAddEstimate(q, square, new Vector<float>(-1.68282697438203e-03f));
        q = Vector.MultiplyAddEstimate(q, square, new Vector<float>(-7.37332916720468e-03f));
        q = Vector.MultiplyAddEstimate(q, square, new Vector<float>(-1.42647390514189e-02f));
        return z * p / q;
    }

    /// <summary>x times the normal distribution's function of x, in place.</summary>
    public static void Gelu(Span<float> x) =>
        InPlace(x, static v => v * new Vector<float>(0.5f) * (Vector<float>.One + Erf(v * new Vector<float>(0.70710678118654752f))));

    /// <summary>The same by the approximation with tanh, in place: (1 + tanh u) / 2 is the logistic function of 2 u.</summary>
    public static void GeluTanh(Span<float> x) => InPlace(x, static v => v * Sigmoid(
        v * Vector.MultiplyAddEstimate(v * v, new Vector<float>(2 * 0.7978845608f * 0.044715f), new Vector<float>(2 * 0.7978845608f))));

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

    private static void InPlace(Span<float> x, Func<Vector<float>, Vector<float>> function)
    {
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            function(new Vector<float>(x[i..])).CopyTo(x[i..]);
        }

        if (i < x.Length)
        {
            Span<float> rest = stackalloc float[Vector<float>.Count];
            rest.Clear();
            x[i..].CopyTo(rest);
            function(new Vector<float>(rest)).CopyTo(rest);
            rest[..(x.Length - i)].CopyTo(x[i..]);
        }
    }
}
