using System.Globalization;

namespace Palimpsest.Numerics;

/// <summary>Symmetric integers of 2 to 8 bits: a block's largest magnitude becomes the largest code.</summary>
/// <remarks>scale = max|x| / (2^(bits-1) - 1) in f32, code = x / scale rounded half to even; a block of zeros has scale 0 and codes 0. Dettmers et al., LLM.int8(), 2022, section 2 (absmax).</remarks>
public static class AbsmaxQuantizer
{
    /// <summary>Number of scales for n values.</summary>
    /// <param name="n">Number of values.</param>
    /// <param name="blockSize">Values that share a scale; 0 for all of them.</param>
    public static int Blocks(int n, int blockSize) => n == 0 ? 0 : blockSize == 0 ? 1 : (n + blockSize - 1) / blockSize;

    /// <summary>Bytes on the wire: the packed codes and 4 for each scale.</summary>
    /// <inheritdoc cref="Blocks"/>
    public static long Bytes(int n, int bits, int blockSize) => ((((long)n * bits) + 7) / 8) + (4L * Blocks(n, blockSize));

    /// <summary>Codes to the nearest.</summary>
    /// <param name="values">Finite.</param>
    /// <param name="bits">2 to 8.</param>
    /// <param name="blockSize">Values that share a scale; 0 for all of them.</param>
    /// <param name="codes">Receives one code a value, within ±(2^(bits-1) - 1).</param>
    /// <param name="scales">Receives one scale a block.</param>
    /// <exception cref="PalimpsestException">A value is NaN or infinite.</exception>
    public static void Encode(ReadOnlySpan<float> values, int bits, int blockSize, Span<sbyte> codes, Span<float> scales) =>
        Encode(values, bits, blockSize, codes, scales, static (y, _) => Math.Round(y, MidpointRounding.ToEven));

    /// <summary>Codes that are right on average: floor(x / scale + u), with one uniform number u a value.</summary>
    /// <param name="values">Finite.</param>
    /// <param name="bits">2 to 8.</param>
    /// <param name="blockSize">Values that share a scale; 0 for all of them.</param>
    /// <param name="codes">Receives one code a value, within ±(2^(bits-1) - 1).</param>
    /// <param name="scales">Receives one scale a block.</param>
    /// <param name="uniform">u for the value of an index, in [0, 1).</param>
    /// <exception cref="PalimpsestException">A value is NaN or infinite.</exception>
    public static void EncodeStochastic(ReadOnlySpan<float> values, int bits, int blockSize, Span<sbyte> codes, Span<float> scales, Func<int, double> uniform)
    {
        ArgumentNullException.ThrowIfNull(uniform);
        Encode(values, bits, blockSize, codes, scales, (y, i) => Math.Floor(y + uniform(i)));
    }

    /// <summary>Values of codes.</summary>
    /// <param name="codes">One a value.</param>
    /// <param name="scales">One a block.</param>
    /// <param name="blockSize">As it was for encoding.</param>
    /// <param name="values">Receives code times scale.</param>
    public static void Decode(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, int blockSize, Span<float> values)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            values[i] = codes[i] * scales[blockSize == 0 ? 0 : i / blockSize];
        }
    }

    private static void Encode(ReadOnlySpan<float> values, int bits, int blockSize, Span<sbyte> codes, Span<float> scales, Func<double, int, double> round)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        ArgumentOutOfRangeException.ThrowIfNegative(blockSize);
        int most = (1 << (bits - 1)) - 1, size = blockSize == 0 ? values.Length : blockSize;
        for (int block = 0, start = 0; start < values.Length; block++, start += size)
        {
            int end = Math.Min(values.Length, start + size);
            float scale = scales[block] = Largest(values[start..end], start) / most;
            for (int i = start; i < end; i++)
            {
                // Clamped before the cast: 127 + 0.99999994 is 128 in f32, and a subnormal scale can be off by more than half a code.
                codes[i] = scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(round((double)values[i] / scale, i), -most, most);
            }
        }
    }

    internal static float Largest(ReadOnlySpan<float> values, int offset)
    {
        float largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            largest = float.IsFinite(values[i])
                ? Math.Max(largest, Math.Abs(values[i]))
                : throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"Entry {offset + i} of the vector is {values[i]}, which cannot be quantised. The training has diverged: lower the learning rate."));
        }

        return largest;
    }
}
