namespace Palimpsest.Numerics.Statistics;

/// <summary>How well a score separates positive from negative items, over all thresholds.</summary>
/// <remarks>
/// Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27 (2006); Davis and Goadrich, The relationship between precision-recall and ROC curves, ICML 2006.
/// <see cref="AveragePrecision"/> and <see cref="PrecisionRecallArea"/> estimate the same area in different ways: never compare one with the other.
/// </remarks>
public sealed class RocCurve
{
    private readonly List<(double Threshold, long TruePositives, long FalsePositives)> _counts = [(double.PositiveInfinity, 0, 0)];

    /// <summary>The curve of labelled scores.</summary>
    /// <param name="labels">Whether each item is positive; at least one is and one is not.</param>
    /// <param name="scores">One an item, greater for likelier positive; no NaN.</param>
    /// <exception cref="PalimpsestException">Counts differ, a score is NaN, or one of the classes is missing.</exception>
    public RocCurve(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores)
    {
        if (labels.Length != scores.Length || scores.Contains(double.NaN) || !labels.Contains(true) || !labels.Contains(false))
        {
            throw new PalimpsestException($"A ROC curve needs a label and a score for every item, no NaN, and items of both classes; here are {labels.Length} labels and {scores.Length} scores.");
        }

        double[] sorted = scores.ToArray();
        bool[] positive = labels.ToArray();
        Array.Sort(sorted, positive);
        long truePositives = 0, falsePositives = 0;
        for (int i = sorted.Length - 1; i >= 0; i--)
        {
            truePositives += positive[i] ? 1 : 0;
            falsePositives += positive[i] ? 0 : 1;
            if (i == 0 || sorted[i - 1] != sorted[i])
            {
                _counts.Add((sorted[i], truePositives, falsePositives));
            }
        }

        Positives = truePositives;
        Negatives = falsePositives;
    }

    /// <summary>Number of positive items.</summary>
    public long Positives { get; }

    /// <summary>Number of negative items.</summary>
    public long Negatives { get; }

    /// <summary>The points, one a distinct score, from (0, 0) to (1, 1).</summary>
    public IReadOnlyList<RocPoint> Points => [.. _counts.Select(c => new RocPoint(c.Threshold, (double)c.FalsePositives / Negatives, (double)c.TruePositives / Positives))];

    // Σ ΔFP (TP + TP') / 2PN = U / (nm)
    /// <summary>Area under the curve: the probability that a positive item scores above a negative one, ties counting a half.</summary>
    public double Area
    {
        get
        {
            double twice = 0;
            for (int i = 1; i < _counts.Count; i++)
            {
                twice += (double)(_counts[i].FalsePositives - _counts[i - 1].FalsePositives) * (_counts[i].TruePositives + _counts[i - 1].TruePositives);
            }

            return twice / (2.0 * Positives * Negatives);
        }
    }

    // Σ (R_i - R_{i-1}) P_i
    /// <summary>Average precision: the precisions at the thresholds, weighted by the recall each adds (a step function, not interpolated).</summary>
    public double AveragePrecision => PrecisionRecall((gained, precision, _) => gained * precision);

    // Σ (R_i - R_{i-1}) (P_i + P_{i-1}) / 2, P_0 = 1
    /// <summary>Area under the precision-recall curve by trapezoids from precision 1 at recall 0; linear interpolation is too optimistic between points.</summary>
    public double PrecisionRecallArea => PrecisionRecall((gained, precision, before) => gained * (precision + before) / 2);

    /// <summary>The greatest true positive rate of a threshold whose false positive rate is at most <paramref name="falsePositiveRate"/>; nothing is interpolated.</summary>
    /// <param name="falsePositiveRate">In [0, 1].</param>
    public double TruePositiveRateAt(double falsePositiveRate) =>
        (double)_counts.Where(c => (double)c.FalsePositives / Negatives <= falsePositiveRate).Max(c => c.TruePositives) / Positives;

    private double PrecisionRecall(Func<double, double, double, double> term)
    {
        double sum = 0, before = 1;
        for (int i = 1; i < _counts.Count; i++)
        {
            (_, long truePositives, long falsePositives) = _counts[i];
            double precision = (double)truePositives / (truePositives + falsePositives);
            sum += term((double)(truePositives - _counts[i - 1].TruePositives) / Positives, precision, before);
            before = precision;
        }

        return sum;
    }
}
