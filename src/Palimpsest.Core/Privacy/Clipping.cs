using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Privacy;

/// <summary>Flat clipping: the whole contribution of a unit, as one vector, is scaled down to a largest norm, and summed with others in 64 bits.</summary>
public static class Clipping
{
    /// <summary>‖x‖₂, summed in 64 bits and in one order, so that it has the same bits in every run.</summary>
    /// <param name="vector">All that a unit contributes; a tied weight is in it once.</param>
    public static double Norm(ReadOnlySpan<float> vector)
    {
        Vector256<double> low = default, high = default;
        foreach (Vector256<float> eight in MemoryMarshal.Cast<float, Vector256<float>>(vector))
        {
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(eight);
            low += first * first;
            high += second * second;
        }

        double sum = Vector256.Sum(low + high);
        foreach (float value in vector[Whole(vector.Length)..])
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>min(1, C / norm); 0 for a norm that is not finite, since such a contribution has no bounded place in a sum.</summary>
    /// <param name="norm">At least 0.</param>
    /// <param name="clip">C, above 0.</param>
    public static double Scale(double norm, double clip) => !double.IsFinite(norm) ? 0 : norm <= clip ? 1 : clip / norm;

    /// <summary>sum += scale · x.</summary>
    internal static void AddScaled(ReadOnlySpan<float> vector, double scale, Span<double> sum)
    {
        ReadOnlySpan<Vector256<float>> from = MemoryMarshal.Cast<float, Vector256<float>>(vector);
        Span<Vector256<double>> to = MemoryMarshal.Cast<double, Vector256<double>>(sum);
        for (int i = 0; i < from.Length; i++)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(from[i]);
            to[2 * i] += scale * low;
            to[(2 * i) + 1] += scale * high;
        }

        for (int i = Whole(vector.Length); i < vector.Length; i++)
        {
            sum[i] += scale * vector[i];
        }
    }

    /// <summary>average = (sum + deviation · noise) / expected.</summary>
    internal static void NoisyAverage(ReadOnlySpan<double> sum, double deviation, ReadOnlySpan<double> noise, double expected, Span<float> average)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            average[i] = (float)((sum[i] + (deviation * noise[i])) / expected);
        }
    }

    private static int Whole(int length) => length & -Vector256<float>.Count;
}
