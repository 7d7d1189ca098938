namespace Palimpsest.Numerics.Statistics;

/// <summary>McNemar's test: whether two methods, judged on the same items, are right equally often.</summary>
/// <remarks>McNemar, Psychometrika 12 (1947); the correction is Edwards' (1948). Only the items on which the methods differ count; without any there is no evidence and p is 1.</remarks>
public static class McNemar
{
    /// <summary>The exact test: binomial, two-sided.</summary>
    /// <param name="onlyFirst">Items that only the first method got right.</param>
    /// <param name="onlySecond">Items that only the second method got right.</param>
    /// <returns>The smaller of the two counts and the p value.</returns>
    public static TestOutcome Exact(int onlyFirst, int onlySecond)
    {
        Check(onlyFirst, onlySecond);
        int smaller = Math.Min(onlyFirst, onlySecond), all = onlyFirst + onlySecond;
        return new TestOutcome(smaller, all == 0 ? 1 : Math.Min(1, 2 * BetaFunction.BinomialCumulative(smaller, all, 0.5)));
    }

    /// <summary>The chi-square test with one degree of freedom.</summary>
    /// <param name="onlyFirst">Items that only the first method got right.</param>
    /// <param name="onlySecond">Items that only the second method got right.</param>
    /// <param name="corrected">Whether the difference is reduced by 1, for continuity.</param>
    public static TestOutcome ChiSquare(int onlyFirst, int onlySecond, bool corrected = true)
    {
        Check(onlyFirst, onlySecond);
        if (onlyFirst + onlySecond == 0)
        {
            return new TestOutcome(0, 1);
        }

        double difference = Math.Abs((double)onlyFirst - onlySecond) - (corrected ? 1 : 0);
        double statistic = difference * difference / ((double)onlyFirst + onlySecond);
        return new TestOutcome(statistic, GammaFunction.Upper(0.5, statistic / 2));
    }

    private static void Check(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(onlySecond, int.MaxValue - onlyFirst);
    }
}
