using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics;

/// <summary>Symmetric integers of 2 to 8 bits: a block's largest magnitude becomes the largest code.</summary>
/// <remarks>scale = max|x| / (2^(bits-1) - 1) in f32, code = x / scale rounded half to even; a block of zeros has scale 0 and codes 0. Dettmers et al., LLM.int8(), 2022, section 2 (absmax).</remarks>
public static class AbsmaxQuantizer
{
    /// <summary>Number of scales for n values.</summary>
    /// <param name="n">Number of values.</param>
    /// <param name="blockSize">Values that share a scale; 0 for all of them.</param>
    public static long Blocks(long n, int blockSize) => n == 0 ? 0 : blockSize == 0 ? 1 : (n + blockSize - 1) / blockSize;

    /// <summary>Bytes on the wire: the packed codes and 4 for each scale.</summary>
    /// <param name="n">Number of values.</param>
    /// <param name="bits">2 to 8.</param>
    /// <param name="blockSize">Values that share a scale; 0 for all of them.</param>
    public static long Bytes(long n, int bits, int blockSize) => (((n * bits) + 7) / 8) + (4 * Blocks(n, blockSize));

    /// <summary>Codes to the nearest.</summary>
    /// <param name="values">Finite.</param>
    /// <param name="bits">2 to 8.</param>
    /// <param name="blockSize">Values that share a scale; 0 for all of them.</param>
    /// <param name="codes">Receives one code a value, within ±(2^(bits-1) - 1).</param>
    /// <param name="scales">Receives one scale a block.</param>
    /// <exception cref="PalimpsestException">A value is NaN or infinite.</exception>
    public static void Encode(ReadOnlySpan<float> values, int bits, int blockSize, Span<sbyte> codes, Span<float> scales) =>
        Encode(values, bits, blockSize, codes, scales, uniform: null);

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
        Encode(values, bits, blockSize, codes, scales, uniform);
    }

    /// <summary>Values of codes.</summary>
    /// <param name="codes">One a value.</param>
    /// <param name="scales">One a block.</param>
    /// <param name="blockSize">As it was for encoding.</param>
    /// <param name="values">Receives code times scale.</param>
    public static void Decode(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, int blockSize, Span<float> values)
    {
        int size = blockSize == 0 ? codes.Length : blockSize;
        for (int block = 0, start = 0; start < codes.Length; block++, start += size)
        {
            int length = Math.Min(codes.Length - start, size);
            Scale(codes.Slice(start, length), scales[block], values.Slice(start, length));
        }
    }

    private static void Encode(ReadOnlySpan<float> values, int bits, int blockSize, Span<sbyte> codes, Span<float> scales, Func<int, double>? uniform)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        ArgumentOutOfRangeException.ThrowIfNegative(blockSize);
        int most = (1 << (bits - 1)) - 1, size = blockSize == 0 ? values.Length : blockSize;
        for (int block = 0, start = 0; start < values.Length; block++, start += size)
        {
            int end = Math.Min(values.Length - start, size) + start;
            float scale = scales[block] = Largest(values[start..end], start) / most;
            int i = uniform is null && scale != 0 ? start + Round(values[start..end], scale, most, codes[start..end]) : start;
            for (; i < end; i++)
            {
                // Clamped before the cast: 127 + 0.99999994 is 128 in f32, and a subnormal scale can be off by more than half a code.
                double y = (double)values[i] / scale;
                y = uniform is null ? Math.Round(y, MidpointRounding.ToEven) : Math.Floor(y + uniform(i));
                codes[i] = scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(y, -most, most);
            }
        }
    }

    /// <summary>The nearest codes of as many values as fill whole vectors, and how many these are.</summary>
    private static int Round(ReadOnlySpan<float> values, float scale, int most, Span<sbyte> codes)
    {
        ref float from = ref MemoryMarshal.GetReference(values);
        ref sbyte to = ref MemoryMarshal.GetReference(codes);
        Vector256<double> divisor = Vector256.Create((double)scale), limit = Vector256.Create((double)most);
        int i = 0;
        for (; i <= values.Length - 32; i += 32)
        {
            Vector256<short> low = Vector256.Narrow(Eight(ref from, i), Eight(ref from, i + 8));
            Vector256<short> high = Vector256.Narrow(Eight(ref from, i + 16), Eight(ref from, i + 24));
            Vector256.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
        }

        return i;

        Vector256<int> Eight(ref float first, int at)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref first, (nuint)at));
            a = Vector256.Clamp(Vector256.Round(a / divisor, MidpointRounding.ToEven), -limit, limit);
            b = Vector256.Clamp(Vector256.Round(b / divisor, MidpointRounding.ToEven), -limit, limit);
            return Vector256.ConvertToInt32(Vector256.Narrow(a, b));
        }
    }

    private static void Scale(ReadOnlySpan<sbyte> codes, float scale, Span<float> values)
    {
        ref sbyte from = ref MemoryMarshal.GetReference(codes);
        ref float to = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= codes.Length - 16; i += 16)
        {
            (Vector256<int> low, Vector256<int> high) = Vector256.Widen(Vector256.WidenLower(Vector128.LoadUnsafe(ref from, (nuint)i).ToVector256Unsafe()));
            (Vector256.ConvertToSingle(low) * scale).StoreUnsafe(ref to, (nuint)i);
            (Vector256.ConvertToSingle(high) * scale).StoreUnsafe(ref to, (nuint)(i + 8));
        }

        for (; i < codes.Length; i++)
        {
            values[i] = codes[i] * scale;
        }
    }

    internal static float Largest(ReadOnlySpan<float> values, int offset)
    {
        const int Magnitude = 0x7FFF_FFFF, Infinity = 0x7F80_0000;
        ReadOnlySpan<int> all = MemoryMarshal.Cast<float, int>(values);
        ref int first = ref MemoryMarshal.GetReference(all);
        Vector256<int> most = Vector256<int>.Zero;
        int i = 0, largest = 0;
        for (; i <= all.Length - 8; i += 8)
        {
            most = Vector256.Max(most, Vector256.LoadUnsafe(ref first, (nuint)i) & Vector256.Create(Magnitude));
        }

        for (; i < all.Length; i++)
        {
            largest = Math.Max(largest, all[i] & Magnitude);
        }

        for (int lane = 0; lane < 8; lane++)
        {
            largest = Math.Max(largest, most[lane]);
        }

        // Bits of magnitudes are ordered as their values are, and those that are not finite come last.
        return largest < Infinity ? BitConverter.Int32BitsToSingle(largest) : throw Refused(values, offset);
    }

    private static PalimpsestException Refused(ReadOnlySpan<float> values, int offset)
    {
        int i = 0;
        while (float.IsFinite(values[i]))
        {
            i++;
        }

        return new(string.Create(CultureInfo.InvariantCulture,
            $"Entry {offset + i} of the vector is {values[i]}, which cannot be quantised. The training has diverged: lower the learning rate."));
    }
}
