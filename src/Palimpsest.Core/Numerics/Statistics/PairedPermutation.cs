namespace Palimpsest.Numerics.Statistics;

/// <summary>The paired permutation test: the mean of differences against its distribution when their signs are random.</summary>
/// <remarks>Fisher, The Design of Experiments, 1935, section 21. Means within 1e-12 of each other count as equal, so that rounding does not decide.</remarks>
public static class PairedPermutation
{
    /// <summary>Up to how many pairs all signs are tried.</summary>
    public const int ExactLimit = 20;

    private const double Slack = 1e-12;

    /// <summary>Tries all 2ⁿ signs.</summary>
    /// <param name="differences">One a pair, at least one and at most <see cref="ExactLimit"/>.</param>
    /// <param name="alternative">Two-sided counts the signs whose mean is at least as far from 0.</param>
    /// <returns>The mean difference and its p value.</returns>
    /// <exception cref="PalimpsestException">There are no pairs, or too many.</exception>
    public static TestOutcome Exact(ReadOnlySpan<double> differences, Alternative alternative = Alternative.TwoSided)
    {
        double mean = Mean(differences);
        if (differences.Length > ExactLimit)
        {
            throw new PalimpsestException($"Trying all signs of {differences.Length} pairs takes too long. Above {ExactLimit} pairs use the sampled test.");
        }

        long count = 0, all = 1L << differences.Length;
        for (long signs = 0; signs < all; signs++)
        {
            double sum = 0;
            for (int i = 0; i < differences.Length; i++)
            {
                sum += (signs >> i & 1) == 0 ? differences[i] : -differences[i];
            }

            count += Extreme(sum / differences.Length, mean, alternative) ? 1 : 0;
        }

        return new TestOutcome(mean, (double)count / all);
    }

    /// <summary>Tries random signs; the p value (count + 1) / (draws + 1) is valid for any number of draws (Phipson and Smyth 2010).</summary>
    /// <param name="differences">One a pair, at least one.</param>
    /// <param name="random">Draws the signs.</param>
    /// <param name="alternative">Two-sided counts the signs whose mean is at least as far from 0.</param>
    /// <param name="draws">At least 1.</param>
    /// <returns>The mean difference and its p value.</returns>
    /// <exception cref="PalimpsestException">There are no pairs.</exception>
    public static TestOutcome Sampled(ReadOnlySpan<double> differences, RandomStream random, Alternative alternative = Alternative.TwoSided, int draws = 10_000)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        double mean = Mean(differences);
        int count = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            double sum = 0;
            uint bits = 0;
            for (int i = 0; i < differences.Length; i++)
            {
                bits = i % 32 == 0 ? random.NextUInt32() : bits >> 1;
                sum += (bits & 1) == 0 ? differences[i] : -differences[i];
            }

            count += Extreme(sum / differences.Length, mean, alternative) ? 1 : 0;
        }

        return new TestOutcome(mean, (count + 1.0) / (draws + 1.0));
    }

    private static bool Extreme(double drawn, double mean, Alternative alternative) => alternative switch
    {
        Alternative.Greater => drawn >= mean - Slack,
        Alternative.Less => drawn <= mean + Slack,
        _ => Math.Abs(drawn) >= Math.Abs(mean) - Slack,
    };

    private static double Mean(ReadOnlySpan<double> differences)
    {
        double sum = 0;
        foreach (double difference in differences)
        {
            sum += difference;
        }

        return differences.IsEmpty ? throw new PalimpsestException("A paired permutation test needs at least one pair.") : sum / differences.Length;
    }
}
