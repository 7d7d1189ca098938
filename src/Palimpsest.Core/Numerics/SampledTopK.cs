using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics;

/// <summary>The k largest magnitudes of a long vector in one pass: a sample brackets the threshold, and only what lies between is looked at again.</summary>
/// <remarks>
/// Floyd and Rivest, Expected time bounds for selection, 1975, for one threshold and without moving anything. The result is exact: a bracket that misses is
/// found out by counting. Takes up to 5% of the memory of 10^8 values, a quarter of that of 2^18.
/// </remarks>
internal static class SampledTopK
{
    /// <summary>Below so many values the passes of <see cref="TopK"/> cost little.</summary>
    public const int FewestValues = 1 << 18;

    private const int Magnitude = 0x7FFF_FFFF, Infinity = 0x7F80_0000;
    private const double Deviations = 4;

    /// <summary>Sets the bits of the k largest magnitudes, of equal ones the lowest.</summary>
    /// <param name="values">The vector.</param>
    /// <param name="k">From 1 to their number.</param>
    /// <param name="words">Receives the bits; meaningless if the sample did not serve.</param>
    /// <returns>Whether it did: not if many magnitudes are equal, or by bad luck.</returns>
    /// <exception cref="PalimpsestException">A value is NaN; the message says which.</exception>
    public static bool TrySelect(ReadOnlySpan<float> values, long k, Span<ulong> words)
    {
        ReadOnlySpan<int> all = MemoryMarshal.Cast<float, int>(values);
        (int low, int high, int most) = Bracket(all, k);
        int[] places = ArrayPool<int>.Shared.Rent(most), bits = ArrayPool<int>.Shared.Rent(most);
        try
        {
            long left = k;
            int count = 0;
            Vector256<int> largest = default;
            for (int word = 0; word < words.Length; word++)
            {
                (ulong above, ulong within) = TopK.Split(all, word, low, high, ref largest);
                words[word] = above;
                left -= BitOperations.PopCount(above);
                if (count > most - 64)
                {
                    return false;
                }

                for (; within != 0; within &= within - 1)
                {
                    places[count++] = (word << 6) + BitOperations.TrailingZeroCount(within);
                }
            }

            if (Vector256.GreaterThanAny(largest, Vector256.Create(Infinity)))
            {
                TopK.RefuseNaN(values);
            }

            return left >= 0 && left <= count && (left == 0 || Take(all, left, places.AsSpan(0, count), bits.AsSpan(0, count), words));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(places);
            ArrayPool<int>.Shared.Return(bits);
        }
    }

    private static bool Take(ReadOnlySpan<int> all, long left, ReadOnlySpan<int> places, Span<int> bits, Span<ulong> words)
    {
        for (int i = 0; i < places.Length; i++)
        {
            bits[i] = all[places[i]] & Magnitude;
        }

        (int threshold, long equal) = TopK.Select(bits, left);
        for (int i = 0; i < places.Length; i++)
        {
            if (bits[i] > threshold || (bits[i] == threshold && equal-- > 0))
            {
                words[places[i] >> 6] |= 1ul << (places[i] & 63);
            }
        }

        return true;
    }

    /// <summary>Bits of magnitudes between which the k-th largest nearly surely lies, and twice the number of values that are expected between them.</summary>
    private static (int Low, int High, int Most) Bracket(ReadOnlySpan<int> all, long k)
    {
        int size = Math.Clamp(all.Length / 128, 1 << 12, 1 << 17), stride = all.Length / size;
        int[] sample = new int[size];
        uint place = 0;
        for (int i = 0; i < size; i++)
        {
            // One of each stretch, at changing places: what repeats in the vector must not repeat in the sample.
            place = (place * 1_664_525) + 1_013_904_223;
            sample[i] = all[(i * stride) + (int)((ulong)place * (uint)stride >> 32)] & Magnitude;
        }

        double share = (double)k / all.Length, margin = 2 + (Deviations * Math.Sqrt(size * share * (1 - share)));
        int from = (int)Math.Floor((size * share) - margin), to = (int)Math.Ceiling((size * share) + margin);
        return (
            to > size ? 0 : TopK.Select(sample, to).Threshold, from < 1 ? Magnitude : TopK.Select(sample, from).Threshold,
            64 + (int)(2.0 * (to - from) / size * all.Length));
    }
}
