namespace Palimpsest.Numerics.Statistics;

/// <summary>Intervals for the probability of a success, from a number of successes in trials.</summary>
/// <remarks>Brown, Cai and DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16 (2001). Two-sided unless the name says otherwise: 0 errors of 100 give an upper end of 3.62 %, the one-sided bound is 2.95 %.</remarks>
public static class ProportionIntervals
{
    /// <summary>Wilson's score interval.</summary>
    /// <param name="successes">Between 0 and <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">In (0, 1).</param>
    public static Interval Wilson(int successes, int trials, double confidence = 0.95)
    {
        double p = Check(successes, trials, confidence), z = Z(confidence), share = z * z / trials;
        double middle = (p + (share / 2)) / (1 + share), half = z / (1 + share) * Math.Sqrt((p * (1 - p) / trials) + (share / (4 * trials)));
        return Clipped(p, successes == 0 ? 0 : middle - half, successes == trials ? 1 : middle + half, confidence);
    }

    /// <summary>The exact interval of Clopper and Pearson (1934): its coverage is never below the confidence.</summary>
    /// <inheritdoc cref="Wilson"/>
    public static Interval ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        double p = Check(successes, trials, confidence), each = 1 - ((1 - confidence) / 2);
        return new Interval(p, ClopperPearsonLower(successes, trials, each), ClopperPearsonUpper(successes, trials, each), confidence);
    }

    /// <summary>The one-sided exact upper bound: the p at which as few successes have probability 1 - confidence.</summary>
    /// <inheritdoc cref="Wilson"/>
    public static double ClopperPearsonUpper(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        return successes == trials ? 1 : BetaFunction.Inverse(confidence, successes + 1, trials - successes);
    }

    /// <summary>The one-sided exact lower bound.</summary>
    /// <inheritdoc cref="Wilson"/>
    public static double ClopperPearsonLower(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        return successes == 0 ? 0 : BetaFunction.Inverse(1 - confidence, successes, trials - successes + 1);
    }

    /// <summary>Agresti and Coull's interval (1998): Wald's around the middle of Wilson's, cut off at 0 and 1.</summary>
    /// <inheritdoc cref="Wilson"/>
    public static Interval AgrestiCoull(int successes, int trials, double confidence = 0.95)
    {
        double p = Check(successes, trials, confidence), z = Z(confidence), n = trials + (z * z), middle = (successes + (z * z / 2)) / n;
        double half = z * Math.Sqrt(middle * (1 - middle) / n);
        return Clipped(p, middle - half, middle + half, confidence);
    }

    /// <summary>The equal-tailed interval of the posterior under Jeffreys' prior, beta(1/2, 1/2), without moving its ends at 0 or all successes.</summary>
    /// <inheritdoc cref="Wilson"/>
    public static Interval Jeffreys(int successes, int trials, double confidence = 0.95)
    {
        double p = Check(successes, trials, confidence), tail = (1 - confidence) / 2;
        double a = successes + 0.5, b = trials - successes + 0.5;
        return new Interval(p, BetaFunction.Inverse(tail, a, b), BetaFunction.Inverse(1 - tail, a, b), confidence);
    }

    /// <summary>Wald's interval, cut off at 0 and 1. It is too short for shares near 0 or 1; here for comparison with work that reports it.</summary>
    /// <inheritdoc cref="Wilson"/>
    public static Interval Wald(int successes, int trials, double confidence = 0.95)
    {
        double p = Check(successes, trials, confidence), half = Z(confidence) * Math.Sqrt(p * (1 - p) / trials);
        return Clipped(p, p - half, p + half, confidence);
    }

    /// <summary>Hoeffding's one-sided upper bound for the mean of variables in an interval: mean + range √(ln(1/α) / 2n), not cut off.</summary>
    /// <param name="mean">The mean seen.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">1 - α, in (0, 1).</param>
    /// <param name="range">Length of the interval that the variables lie in.</param>
    public static double HoeffdingUpper(double mean, int trials, double confidence = 0.95, double range = 1)
    {
        Check(0, trials, confidence);
        return mean + (range * Math.Sqrt(-Math.Log(1 - confidence) / (2.0 * trials)));
    }

    private static double Z(double confidence) => -NormalDistribution.Quantile((1 - confidence) / 2);

    private static Interval Clipped(double p, double lower, double upper, double confidence) => new(p, Math.Max(lower, 0), Math.Min(upper, 1), confidence);

    private static double Check(int successes, int trials, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
        }

        return (double)successes / trials;
    }
}
