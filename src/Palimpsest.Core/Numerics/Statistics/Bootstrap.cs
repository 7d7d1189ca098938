namespace Palimpsest.Numerics.Statistics;

/// <summary>Percentile and BCa bootstrap intervals.</summary>
/// <remarks>Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: items are drawn with replacement, and the interval runs between quantiles of the statistic over the draws; for BCa see chapter 14 and <see cref="BootstrapSample"/>.</remarks>
public static class Bootstrap
{
    /// <summary>Number of resamples unless told otherwise.</summary>
    public const int DefaultResamples = 2000;

    /// <summary>A statistic of items with its interval.</summary>
    /// <param name="items">The items, drawn with replacement; keep what belongs together in one item, so that pairs stay pairs.</param>
    /// <param name="statistic">The figure of a sample.</param>
    /// <param name="random">Draws the resamples.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <param name="resamples">At least 100.</param>
    /// <returns>The figure of the items and its interval; resamples whose statistic is not a number are left out. Both ends are NaN if there is no other.</returns>
    /// <exception cref="ArgumentException">There are no items.</exception>
    public static Interval Of<T>(IReadOnlyList<T> items, Func<ReadOnlySpan<T>, double> statistic, RandomStream random, double confidence = 0.95, int resamples = DefaultResamples)
    {
        T[] all = Check(items, statistic, confidence);
        return Draw(all, statistic, random, resamples).Percentile(confidence);
    }

    /// <summary>A ratio of sums with its percentile interval: a mean over single items of which groups are drawn, such as all questions about one
    /// subject.</summary>
    /// <param name="groups">Numerator and denominator of each group, such as the sum and the number of its items.</param>
    /// <param name="random">Draws the resamples.</param>
    /// <returns>The figure of all groups and its interval at 95%.</returns>
    /// <exception cref="ArgumentException">There are no groups.</exception>
    public static Interval Ratio(IReadOnlyList<(double Numerator, double Denominator)> groups, RandomStream random) => Of(groups, drawn =>
    {
        (double numerator, double denominator) = (0, 0);
        foreach ((double Numerator, double Denominator) group in drawn)
        {
            (numerator, denominator) = (numerator + group.Numerator, denominator + group.Denominator);
        }

        return numerator / denominator;
    }, random);

    /// <summary>A statistic of items with its bias-corrected and accelerated interval: better placed than <see cref="Of"/> for skewed statistics, at one more evaluation an item.</summary>
    /// <inheritdoc cref="Of"/>
    public static Interval BiasCorrected<T>(
        IReadOnlyList<T> items, Func<ReadOnlySpan<T>, double> statistic, RandomStream random, double confidence = 0.95, int resamples = DefaultResamples)
    {
        T[] all = Check(items, statistic, confidence);
        BootstrapSample sample = Draw(all, statistic, random, resamples);
        double[] leftOut = new double[all.Length];
        T[] others = all[1..];
        for (int i = 0; i < all.Length; i++)
        {
            leftOut[i] = statistic(others);
            if (i < others.Length)
            {
                others[i] = all[i];
            }
        }

        return sample.BiasCorrectedAccelerated(leftOut, confidence);
    }

    private static T[] Check<T>(IReadOnlyList<T> items, Func<ReadOnlySpan<T>, double> statistic, double confidence)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(statistic);
        if (items.Count == 0)
        {
            throw new ArgumentException("An interval needs at least one item.", nameof(items));
        }

        return confidence is > 0 and < 1 ? [.. items] : throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
    }

    private static BootstrapSample Draw<T>(T[] all, Func<ReadOnlySpan<T>, double> statistic, RandomStream random, int resamples)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        T[] drawn = new T[all.Length];
        double[] figures = new double[resamples];
        for (int i = 0; i < resamples; i++)
        {
            for (int j = 0; j < drawn.Length; j++)
            {
                drawn[j] = all[random.NextInt(all.Length)];
            }

            figures[i] = statistic(drawn);
        }

        return new BootstrapSample(statistic(all), figures);
    }

    /// <summary>A quantile of sorted numbers, interpolated linearly between neighbours (Hyndman and Fan's type 7, numpy's default).</summary>
    /// <param name="sorted">Ascending.</param>
    /// <param name="share">In [0, 1].</param>
    /// <returns>NaN for no numbers.</returns>
    public static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        if (sorted.Count == 0)
        {
            return double.NaN;
        }

        double place = share * (sorted.Count - 1);
        int below = (int)Math.Floor(place);
        int above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] == sorted[above] ? sorted[below] : sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
