namespace Palimpsest.Numerics;

/// <summary>Percentile bootstrap intervals.</summary>
/// <remarks>Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: items are drawn with replacement, and the interval runs between quantiles of the statistic over the draws.</remarks>
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
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        if (items.Count == 0)
        {
            throw new ArgumentException("An interval needs at least one item.", nameof(items));
        }

        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
        }

        T[] all = [.. items], drawn = new T[all.Length];
        List<double> figures = new(resamples);
        for (int i = 0; i < resamples; i++)
        {
            for (int j = 0; j < drawn.Length; j++)
            {
                drawn[j] = all[random.NextInt(all.Length)];
            }

            double figure = statistic(drawn);
            if (!double.IsNaN(figure))
            {
                figures.Add(figure);
            }
        }

        figures.Sort();
        double tail = (1 - confidence) / 2;
        return new Interval(statistic(all), Quantile(figures, tail), Quantile(figures, 1 - tail), confidence);
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
