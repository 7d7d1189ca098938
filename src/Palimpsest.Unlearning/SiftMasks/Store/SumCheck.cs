using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>A checksum that adds up like the vectors themselves: check(a + b) = check(a) + check(b). So the accumulator's check equals the sum of its owners' checks exactly if it is the sum of their vectors and
/// nothing else, up to chance of 2^-61; no vector is needed to see it.</summary>
/// <remarks>
/// check(x) = Σ r_i x_i mod 2^61 - 1 with random r_i of a stream; a polynomial-free universal hash (Carter and Wegman 1979), linear in x. It guards against mistakes and damage, not against someone who can choose
/// vectors after having seen the stream's seed.
/// </remarks>
internal sealed class SumCheck(RandomStream stream)
{
    private const ulong Prime = (1UL << 61) - 1;

    public const ulong Zero = 0;

    /// <summary>The check of a block.</summary>
    /// <param name="offset">First entry.</param>
    /// <param name="codes">Fixed-point codes.</param>
    public ulong Of(long offset, ReadOnlySpan<long> codes)
    {
        RandomStream random = stream.Child("sum-check");
        random.Position = 2 * (ulong)offset;
        UInt128 total = 0;
        for (int i = 0; i < codes.Length; i++)
        {
            // Each product is below 2^122, so 64 of them fit before the sum is reduced.
            ulong factor = random.NextUInt64() & Prime;
            long code = codes[i];
            total += (UInt128)factor * (code >= 0 ? (ulong)code % Prime : Prime - ((ulong)-code % Prime));
            if ((i & 31) == 31)
            {
                total = Reduce(total);
            }
        }

        return Reduce(total);
    }

    public static ulong Add(ulong a, ulong b) => Reduce((UInt128)a + b);

    public static ulong Subtract(ulong a, ulong b) => Reduce((UInt128)a + Prime - b);

    private static ulong Reduce(UInt128 value) => (ulong)(value % Prime);
}
