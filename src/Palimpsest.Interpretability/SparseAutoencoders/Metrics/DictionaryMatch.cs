using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.SparseAutoencoders.Metrics;

/// <summary>Compares learnt directions with those that data were made of.</summary>
public sealed class DictionaryMatch
{
    private readonly double[][] _cosines; // [true][learnt]

    /// <summary>Compares.</summary>
    /// <param name="truth">The true directions.</param>
    /// <param name="learnt">The learnt ones, of the same width.</param>
    public DictionaryMatch(IReadOnlyList<float[]> truth, IReadOnlyList<float[]> learnt)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(learnt);
        double[][] units = [.. learnt.Select(Unit)];
        _cosines = [.. truth.Select(Unit).Select(one => units.Select(other => Dot(one, other)).ToArray())];
    }

    /// <summary>Mean over the learnt directions of the largest cosine with a true one.</summary>
    /// <param name="absolute">Whether the sign does not count.</param>
    public double LearntToTrue(bool absolute) => Enumerable.Range(0, _cosines[0].Length).Average(j => _cosines.Max(row => Sign(row[j], absolute)));

    /// <summary>Mean over the true directions of the largest cosine with a learnt one (MMCS).</summary>
    /// <param name="absolute">Whether the sign does not count.</param>
    public double TrueToLearnt(bool absolute) => _cosines.Average(row => row.Max(value => Sign(value, absolute)));

    /// <summary>The best one-to-one matching: the learnt direction of each true one, -1 where there are too few.</summary>
    /// <param name="absolute">Whether the sign does not count.</param>
    public IReadOnlyList<int> Assign(bool absolute) => LinearAssignment.Largest([.. _cosines.Select(row => row.Select(value => Sign(value, absolute))
        .ToArray())]);

    /// <summary>Mean cosine of that matching (MCC).</summary>
    /// <param name="absolute">Whether the sign does not count.</param>
    public double MatchedMean(bool absolute) =>
        Assign(absolute).Index().Where(pair => pair.Item >= 0).Average(pair => Sign(_cosines[pair.Index][pair.Item], absolute));

    /// <summary>True directions with a learnt one that is near enough.</summary>
    /// <param name="cosine">The least cosine, not counted itself.</param>
    /// <param name="absolute">Whether the sign does not count.</param>
    public int Recovered(double cosine, bool absolute = false) => _cosines.Count(row => row.Max(value => Sign(value, absolute)) > cosine);

    /// <summary>The learnt direction nearest to each true one, and its cosine.</summary>
    public IReadOnlyList<(int Learnt, double Cosine)> Nearest() => [.. _cosines.Select(row => (Array.IndexOf(row, row.Max()), row.Max()))];

    /// <summary>True directions that are the nearest one of some learnt direction, whatever its sign, as a share of the learnt ones.</summary>
    public double Uniqueness() => Enumerable.Range(0, _cosines[0].Length)
        .Select(j => Enumerable.Range(0, _cosines.Length).MaxBy(i => Math.Abs(_cosines[i][j]))).Distinct().Count() / (double)_cosines[0].Length;

    private static double Sign(double cosine, bool absolute) => absolute ? Math.Abs(cosine) : cosine;

    private static double[] Unit(float[] row)
    {
        double length = Math.Sqrt(row.Sum(value => (double)value * value));
        return [.. row.Select(value => length > 0 ? value / length : 0)];
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
