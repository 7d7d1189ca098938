using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics;

/// <summary>The k entries of largest magnitude; of equal magnitudes the lower index comes first, so that there are always exactly k.</summary>
/// <remarks>
/// A radix selection over the 31 bits below the sign: three passes, exact, no memory beyond 8 KB, whatever the distribution. The mask of a long vector takes
/// one pass where a sample tells the threshold well enough (<see cref="SampledTopK"/>), with the same result.
/// </remarks>
public static class TopK
{
    private const int Magnitude = 0x7FFF_FFFF;

    /// <summary>How many of n entries a density keeps: n times density in f64, truncated, as the released code of this field has it (100 entries at 0.29 keep 28).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="density"/> is not in [0, 1].</exception>
    public static long Count(long n, double density)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        if (!(density is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(density), density, "A density lies in [0, 1].");
        }

        return (long)(n * density);
    }

    /// <summary>The mask of the k entries of largest magnitude.</summary>
    /// <param name="values">May hold infinities.</param>
    /// <param name="k">From 0 to the number of values.</param>
    /// <exception cref="PalimpsestException">A value is NaN; the message says which.</exception>
    public static BitMask Mask(ReadOnlySpan<float> values, long k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, values.Length);
        BitMask mask = new(values.Length);
        Span<ulong> words = mask.Words(0, values.Length);
        if (values.Length >= SampledTopK.FewestValues && k > 0 && SampledTopK.TrySelect(values, k, words))
        {
            return mask;
        }

        (int threshold, long equal) = Select(values, k);
        ReadOnlySpan<int> all = MemoryMarshal.Cast<float, int>(values);
        Vector256<int> largest = default;
        for (int word = 0; word < words.Length; word++)
        {
            (ulong above, ulong same) = Split(all, word, threshold, threshold, ref largest);

            // Of those that equal the threshold the lowest are taken, until there are k.
            for (; same != 0 && equal > 0; same &= same - 1, equal--)
            {
                above |= same & (0 - same);
            }

            words[word] = above;
        }

        return mask;
    }

    /// <summary>Sets all but the k entries of largest magnitude to +0.</summary>
    /// <inheritdoc cref="Mask"/>
    public static void Keep(Span<float> values, long k) => Mask(values, k).Apply(0, values);

    /// <summary>Sets entries below the k-th largest magnitude to +0: more than k stay where magnitudes are equal to it.</summary>
    /// <param name="values">Without NaN.</param>
    /// <param name="k">From 1 to the number of values.</param>
    public static void KeepAtLeast(Span<float> values, long k)
    {
        (int threshold, _) = Select(values, k);
        foreach (ref float value in values)
        {
            value = (BitConverter.SingleToInt32Bits(value) & Magnitude) < threshold ? 0 : value;
        }
    }

    /// <summary>Which of the 64 values of a word have magnitudes above a range of bits, and which within it.</summary>
    /// <param name="values">The bits of all values.</param>
    /// <param name="word">Which word.</param>
    /// <param name="low">The least bits within the range.</param>
    /// <param name="high">The greatest.</param>
    /// <param name="largest">Becomes the largest bits seen in each lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Above, ulong Within) Split(ReadOnlySpan<int> values, int word, int low, int high, ref Vector256<int> largest)
    {
        ref int first = ref Unsafe.Add(ref MemoryMarshal.GetReference(values), word << 6);
        int count = Math.Min(64, values.Length - (word << 6)), lane = 0;
        ulong above = 0, below = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; lane <= count - 16; lane += 16)
            {
                Vector512<int> bits = Vector512.LoadUnsafe(ref first, (nuint)lane) & Vector512.Create(Magnitude);
                above |= Vector512.GreaterThan(bits, Vector512.Create(high)).ExtractMostSignificantBits() << lane;
                below |= Vector512.LessThan(bits, Vector512.Create(low)).ExtractMostSignificantBits() << lane;
                largest = Vector256.Max(largest, Vector256.Max(bits.GetLower(), bits.GetUpper()));
            }
        }

        for (; lane <= count - 8; lane += 8)
        {
            Vector256<int> bits = Vector256.LoadUnsafe(ref first, (nuint)lane) & Vector256.Create(Magnitude);
            above |= (ulong)Vector256.GreaterThan(bits, Vector256.Create(high)).ExtractMostSignificantBits() << lane;
            below |= (ulong)Vector256.LessThan(bits, Vector256.Create(low)).ExtractMostSignificantBits() << lane;
            largest = Vector256.Max(largest, bits);
        }

        for (; lane < count; lane++)
        {
            int bits = Unsafe.Add(ref first, lane) & Magnitude;
            above |= bits > high ? 1ul << lane : 0;
            below |= bits < low ? 1ul << lane : 0;
            largest = Vector256.Max(largest, Vector256.CreateScalar(bits));
        }

        return (above, ~(above | below) & (ulong.MaxValue >> (64 - count)));
    }

    /// <summary>The bits of the k-th largest magnitude, and how many entries equal to it are among the k.</summary>
    private static (int Threshold, long Equal) Select(ReadOnlySpan<float> values, long k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, values.Length);
        RefuseNaN(values);

        // With none to take the threshold lies above every magnitude, since no NaN is left.
        return k == 0 ? (Magnitude, 0) : Select(MemoryMarshal.Cast<float, int>(values), k);
    }

    /// <summary>The same of the bits of values, for k from 1 to their number.</summary>
    internal static (int Threshold, long Equal) Select(ReadOnlySpan<int> all, long k)
    {
        int prefix = 0, known = 0;
        Span<int> histogram = stackalloc int[1 << 11];
        foreach ((int shift, int width) in (ReadOnlySpan<(int, int)>)[(20, 11), (10, 10), (0, 10)])
        {
            histogram.Clear();
            int digit = (1 << width) - 1;
            foreach (int bits in all)
            {
                if ((bits & known) == prefix)
                {
                    histogram[bits >> shift & digit]++;
                }
            }

            // From the top down: bins that fit whole are taken, the first that does not holds the threshold.
            int bin = digit;
            while (histogram[bin] < k)
            {
                k -= histogram[bin--];
            }

            prefix |= bin << shift;
            known |= digit << shift;
        }

        return (prefix, k);
    }

    /// <summary>Names the first NaN, if there is one.</summary>
    internal static void RefuseNaN(ReadOnlySpan<float> values)
    {
        int i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            Vector256<float> x = Vector256.Create<float>(values[i..]);
            if (!Vector256.EqualsAll(x, x))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]))
            {
                throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"Entry {i} of the vector is NaN, which has no rank among magnitudes. The training has diverged: lower the learning rate."));
            }
        }
    }
}
