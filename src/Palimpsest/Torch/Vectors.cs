using System.Numerics;
using System.Numerics.Tensors;

namespace Palimpsest.Torch;

/// <summary>Loops over spans of f32 with the machine's vector width.</summary>
internal static class Vectors
{
    /// <summary>target = a + b; target may be one of them.</summary>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> target)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(a[i..]) + new Vector<float>(b[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = a[i] + b[i];
        }
    }

    /// <summary>Sum of a * b, with four accumulators.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int width = Vector<float>.Count, i = 0;
        Vector<float> s0 = Vector<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        for (; i <= a.Length - (4 * width); i += 4 * width)
        {
            s0 = Vector.MultiplyAddEstimate(new Vector<float>(a[i..]), new Vector<float>(b[i..]), s0);
            s1 = Vector.MultiplyAddEstimate(new Vector<float>(a[(i + width)..]), new Vector<float>(b[(i + width)..]), s1);
            s2 = Vector.MultiplyAddEstimate(new Vector<float>(a[(i + (2 * width))..]), new Vector<float>(b[(i + (2 * width))..]), s2);
            s3 = Vector.MultiplyAddEstimate(new Vector<float>(a[(i + (3 * width))..]), new Vector<float>(b[(i + (3 * width))..]), s3);
        }

        float sum = Vector.Sum(s0 + s1 + (s2 + s3));
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>target = a * b * factor.</summary>
    public static void ScaledProduct(ReadOnlySpan<float> a, ReadOnlySpan<float> b, float factor, Span<float> target)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(a[i..]) * new Vector<float>(factor) * new Vector<float>(b[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = a[i] * factor * b[i];
        }
    }

    /// <summary>x = (x - mean) / sqrt(variance + epsilon) * gain + bias.</summary>
    public static void LayerNorm(Span<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, float epsilon)
    {
        TensorPrimitives.Subtract(x, TensorPrimitives.Sum<float>(x) / x.Length, x);
        float scale = 1f / MathF.Sqrt((Dot(x, x) / x.Length) + epsilon);
        TensorPrimitives.Multiply(x, scale, x);
        TensorPrimitives.MultiplyAdd(x, gain, bias, x);
    }

    /// <summary>x = x * factor.</summary>
    public static void Scale(Span<float> x, float factor) => TensorPrimitives.Multiply(x, factor, x);
}
