using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Metrics;

/// <summary>What one threshold of a cascade does on a calibration set.</summary>
/// <param name="Threshold">Scores that reach it are accepted.</param>
/// <param name="Items">Number of items in the set.</param>
/// <param name="Accepted">Accepted items.</param>
/// <param name="AcceptedWrong">Accepted items with a wrong answer.</param>
/// <param name="AcceptedNextWrong">Accepted items that the next tier would have got wrong.</param>
public readonly record struct CascadeCounts(double Threshold, int Items, int Accepted, int AcceptedWrong, int AcceptedNextWrong)
{
    /// <summary>Share of all items that are accepted and wrong: a joint probability, not conditional on acceptance. It cannot grow with the threshold.</summary>
    public double Error => (double)AcceptedWrong / Items;

    /// <summary>Share of all items that are accepted and that the next tier gets wrong.</summary>
    public double NextError => (double)AcceptedNextWrong / Items;

    /// <summary>Share of the accepted items that are wrong; NaN if none is accepted.</summary>
    public double ConditionalError => Accepted == 0 ? double.NaN : (double)AcceptedWrong / Accepted;

    /// <summary>Accepted items that are wrong here and that the next tier would have got right. It bounds the excess error, and unlike the excess it cannot
    /// grow with the threshold.</summary>
    public int AcceptedLost { get; init; }

    /// <summary>One-sided Clopper-Pearson upper bound of <see cref="Error"/>.</summary>
    /// <param name="confidence">In (0, 1).</param>
    public double ErrorBound(double confidence = 0.95) => ProportionIntervals.ClopperPearsonUpper(AcceptedWrong, Items, confidence);

    /// <summary>One-sided Hoeffding upper bound of <see cref="Error"/> - <see cref="NextError"/>, a mean of differences in [-1, 1].</summary>
    /// <param name="confidence">In (0, 1).</param>
    public double ExcessBound(double confidence = 0.95) => ProportionIntervals.HoeffdingUpper(Error - NextError, Items, confidence, range: 2);

    // P(wrong, accepted) - P(next wrong, accepted) = P(accepted, wrong, next right) - P(accepted, right, next wrong) <= P(accepted, wrong, next right)
    /// <summary>One-sided Clopper-Pearson upper bound of the share of items that acceptance loses, and so of <see cref="Error"/> -
    /// <see cref="NextError"/>.</summary>
    /// <param name="confidence">In (0, 1).</param>
    public double LossBound(double confidence = 0.95) => ProportionIntervals.ClopperPearsonUpper(AcceptedLost, Items, confidence);

    /// <summary>Counts for each threshold.</summary>
    /// <param name="scores">The score of each item, such as a vote's fraction.</param>
    /// <param name="correct">Whether this tier answers it rightly.</param>
    /// <param name="nextCorrect">Whether the next tier does.</param>
    /// <param name="thresholds">The thresholds to try.</param>
    /// <exception cref="PalimpsestException">There are no items, or counts differ.</exception>
    public static IReadOnlyList<CascadeCounts> Table(IReadOnlyList<double> scores, IReadOnlyList<bool> correct, IReadOnlyList<bool> nextCorrect, IEnumerable<double> thresholds)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(correct);
        ArgumentNullException.ThrowIfNull(nextCorrect);
        ArgumentNullException.ThrowIfNull(thresholds);
        if (scores.Count == 0 || scores.Count != correct.Count || scores.Count != nextCorrect.Count)
        {
            throw new PalimpsestException($"A calibration needs a score and two judgements for every item, at least one; here are {scores.Count}, {correct.Count} and {nextCorrect.Count}.");
        }

        // Sorted once, so that ten thousand items with hundreds of thresholds stay cheap.
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i])];
        double[] sorted = [.. order.Select(i => -scores[i])];
        int[] wrong = Running(i => !correct[i]), nextWrong = Running(i => !nextCorrect[i]), lost = Running(i => !correct[i] && nextCorrect[i]);
        return [.. thresholds.Select(Count)];

        int[] Running(Func<int, bool> counted)
        {
            int[] sums = new int[order.Length + 1];
            for (int i = 0; i < order.Length; i++)
            {
                sums[i + 1] = sums[i] + (counted(order[i]) ? 1 : 0);
            }

            return sums;
        }

        CascadeCounts Count(double threshold)
        {
            int accepted = Reaching(sorted, Vote.Slack - threshold);
            return new CascadeCounts(threshold, scores.Count, accepted, wrong[accepted], nextWrong[accepted]) { AcceptedLost = lost[accepted] };
        }
    }

    // How many numbers, in ascending order, are at most the limit.
    private static int Reaching(double[] sorted, double limit)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] <= limit ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
