using System.Globalization;
using System.Runtime.InteropServices;

namespace Palimpsest.Numerics;

/// <summary>The k entries of largest magnitude; of equal magnitudes the lower index comes first, so that there are always exactly k.</summary>
/// <remarks>A radix selection over the 31 bits below the sign: three passes, exact, no memory beyond 8 KB, whatever the distribution.</remarks>
public static class TopK
{
    private const uint Magnitude = 0x7FFF_FFFF, Infinity = 0x7F80_0000;

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
        BitMask mask = new(values.Length);
        (uint threshold, long equal) = Select(values, k);
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]) & Magnitude;
            if (bits > threshold || (bits == threshold && equal-- > 0))
            {
                mask[i] = true;
            }
        }

        return mask;
    }

    /// <summary>Sets all but the k entries of largest magnitude to +0.</summary>
    /// <inheritdoc cref="Mask"/>
    public static void Keep(Span<float> values, long k)
    {
        (uint threshold, long equal) = Select(values, k);
        foreach (ref float value in values)
        {
            uint bits = BitConverter.SingleToUInt32Bits(value) & Magnitude;
            if (bits < threshold || (bits == threshold && equal-- <= 0))
            {
                value = 0;
            }
        }
    }

    /// <summary>Sets entries below the k-th largest magnitude to +0: more than k stay where magnitudes are equal to it.</summary>
    /// <param name="values">Without NaN.</param>
    /// <param name="k">From 1 to the number of values.</param>
    public static void KeepAtLeast(Span<float> values, long k)
    {
        (uint threshold, _) = Select(values, k);
        foreach (ref float value in values)
        {
            value = (BitConverter.SingleToUInt32Bits(value) & Magnitude) < threshold ? 0 : value;
        }
    }

    /// <summary>The bits of the k-th largest magnitude, and how many entries equal to it are among the k.</summary>
    private static (uint Threshold, long Equal) Select(ReadOnlySpan<float> values, long k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, values.Length);
        ReadOnlySpan<uint> all = MemoryMarshal.Cast<float, uint>(values);
        for (int i = 0; i < all.Length; i++)
        {
            if ((all[i] & Magnitude) > Infinity)
            {
                throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"Entry {i} of the vector is NaN, which has no rank among magnitudes. The training has diverged: lower the learning rate."));
            }
        }

        if (k == 0)
        {
            return (uint.MaxValue, 0);
        }

        uint prefix = 0, known = 0;
        Span<int> histogram = stackalloc int[1 << 11];
        foreach ((int shift, int width) in (ReadOnlySpan<(int, int)>)[(20, 11), (10, 10), (0, 10)])
        {
            histogram.Clear();
            uint digit = (1u << width) - 1;
            foreach (uint bits in all)
            {
                if ((bits & known) == prefix)
                {
                    histogram[(int)(bits >> shift & digit)]++;
                }
            }

            // From the top down: bins that fit whole are taken, the first that does not holds the threshold.
            uint bin = digit;
            while (histogram[(int)bin] < k)
            {
                k -= histogram[(int)bin--];
            }

            prefix |= bin << shift;
            known |= digit << shift;
        }

        return (prefix, k);
    }
}
