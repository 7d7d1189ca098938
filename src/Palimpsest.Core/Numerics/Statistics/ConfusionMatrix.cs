namespace Palimpsest.Numerics.Statistics;

/// <summary>Counts of true against predicted classes, and what follows from them.</summary>
/// <remarks>Sokolova and Lapalme, Information Processing and Management 45 (2009), table 3; Matthews (1975) for the correlation; Cohen (1960, 1968) for kappa.</remarks>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;
    private readonly long _total;

    /// <summary>Counts the items.</summary>
    /// <param name="truth">The class of each item, from 0 on; or the first rater's.</param>
    /// <param name="predicted">The class predicted for each item; or the second rater's.</param>
    /// <param name="classes">Number of classes; by default the greatest seen plus one.</param>
    /// <exception cref="PalimpsestException">There are no items, counts differ, or a class is negative, not below <paramref name="classes"/> or above 4,095.</exception>
    public ConfusionMatrix(IReadOnlyList<int> truth, IReadOnlyList<int> predicted, int? classes = null)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted);
        if (truth.Count != predicted.Count || truth.Count == 0)
        {
            throw new PalimpsestException($"A confusion matrix needs a true and a predicted class for every item, at least one; here are {truth.Count} and {predicted.Count}.");
        }

        Classes = classes ?? (Math.Max(truth.Max(), predicted.Max()) + 1);
        if (Classes is < 1 or > 4096 || Math.Min(truth.Min(), predicted.Min()) < 0 || Math.Max(truth.Max(), predicted.Max()) >= Classes)
        {
            throw new PalimpsestException($"Classes are numbers from 0 to {Math.Clamp(Classes, 1, 4096) - 1} here; another one occurs. Number the classes from 0 on, at most 4,096 of them.");
        }

        _counts = new long[Classes, Classes];
        _total = truth.Count;
        for (int i = 0; i < truth.Count; i++)
        {
            _counts[truth[i], predicted[i]]++;
        }
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Number of items of class <paramref name="truth"/> for which <paramref name="predicted"/> was predicted.</summary>
    public long this[int truth, int predicted] => _counts[truth, predicted];

    /// <summary>Share of items on the diagonal; equal to micro-averaged F1. As agreement of two raters it is not corrected for chance.</summary>
    public double Accuracy => (double)Enumerable.Range(0, Classes).Sum(i => _counts[i, i]) / _total;

    /// <summary>Mean recall over the classes that occur.</summary>
    public double BalancedAccuracy => Enumerable.Range(0, Classes).Where(i => True(i) > 0).Average(i => (double)_counts[i, i] / True(i));

    /// <summary>Mean F1 over the classes that occur in truth or prediction.</summary>
    public double MacroF1 => Enumerable.Range(0, Classes).Where(i => True(i) + Predicted(i) > 0).Average(F1);

    /// <summary>Mean F1 over the classes, weighted by their true counts.</summary>
    public double WeightedF1 => Enumerable.Range(0, Classes).Sum(i => F1(i) * True(i)) / _total;

    // (c s - Σ p_k t_k) / √((s² - Σ p_k²) (s² - Σ t_k²))
    /// <summary>Matthews' correlation coefficient (Gorodkin's for several classes), in [-1, 1]; 0 if either side has a single class.</summary>
    public double MatthewsCorrelation
    {
        get
        {
            double s = _total, cross = 0, truth = 0, predicted = 0, right = 0;
            for (int i = 0; i < Classes; i++)
            {
                right += _counts[i, i];
                cross += (double)True(i) * Predicted(i);
                truth += (double)True(i) * True(i);
                predicted += (double)Predicted(i) * Predicted(i);
            }

            double scale = Math.Sqrt((s * s) - predicted) * Math.Sqrt((s * s) - truth);
            return scale == 0 ? 0 : ((right * s) - cross) / scale;
        }
    }

    /// <summary>2 TP / (2 TP + FP + FN) of a class; 0 if it occurs on neither side.</summary>
    /// <param name="of">The class.</param>
    public double F1(int of) => True(of) + Predicted(of) == 0 ? 0 : 2.0 * _counts[of, of] / (True(of) + Predicted(of));

    // 1 - Σ w_ij o_ij / Σ w_ij e_ij, w_ij = [i ≠ j], |i - j| or (i - j)²
    /// <summary>Cohen's kappa: agreement beyond chance.</summary>
    /// <param name="power">0 counts every disagreement alike, 1 by its distance and 2 by the distance squared (for ordered classes).</param>
    /// <returns>At most 1; NaN if both sides hold one and the same class only.</returns>
    public double Kappa(int power = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(power);
        double observed = 0, expected = 0;
        for (int i = 0; i < Classes; i++)
        {
            for (int j = 0; j < Classes; j++)
            {
                double weight = i == j ? 0 : Math.Pow(Math.Abs(i - j), power);
                observed += weight * _counts[i, j];
                expected += weight * True(i) * Predicted(j) / _total;
            }
        }

        return 1 - (observed / expected);
    }

    private long True(int of) => Enumerable.Range(0, Classes).Sum(j => _counts[of, j]);

    private long Predicted(int of) => Enumerable.Range(0, Classes).Sum(i => _counts[i, of]);
}
