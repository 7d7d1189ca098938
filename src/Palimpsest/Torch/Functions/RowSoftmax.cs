using System.Numerics;

namespace Palimpsest.Torch.Functions;

/// <summary>Softmax of one row of logits, in vectors of f32 with sums in f64.</summary>
internal static class RowSoftmax
{
    /// <summary>The largest logit.</summary>
    public static float Max(ReadOnlySpan<float> values) => System.Numerics.Tensors.TensorPrimitives.Max(values);

    /// <summary>target = e^(values - shift).</summary>
    /// <returns>The sum of the exponentials.</returns>
    public static double Exponentials(ReadOnlySpan<float> values, float shift, Span<float> target)
    {
        Vector<float> shifts = new(shift), sum = Vector<float>.Zero;
        double total = 0;
        int i = 0;
        while (i <= values.Length - Vector<float>.Count)
        {
            // Partial sums of 1,024 terms keep the rounding error of a vocabulary of 100,000 below 1e-7.
            int stop = Math.Min(values.Length - Vector<float>.Count, i + 1024);
            for (; i <= stop; i += Vector<float>.Count)
            {
                Vector<float> e = FastMath.Exp(new Vector<float>(values[i..]) - shifts);
                e.CopyTo(target[i..]);
                sum += e;
            }

            total += Vector.Sum(sum);
            sum = Vector<float>.Zero;
        }

        for (; i < values.Length; i++)
        {
            total += target[i] = MathF.Exp(values[i] - shift);
        }

        return total;
    }

    /// <summary>Multiplies in place.</summary>
    public static void Scale(Span<float> values, float factor) => System.Numerics.Tensors.TensorPrimitives.Multiply(values, factor, values);
}
