namespace Palimpsest.Numerics.Statistics;

/// <summary>The Mann-Whitney U test: whether values of one sample tend to exceed those of another.</summary>
/// <remarks>Mann and Whitney, Annals of Mathematical Statistics 18 (1947). U counts the pairs in which the first sample's value is greater, ties as a half, so U/(nm) is the area under the ROC curve.</remarks>
public static class MannWhitney
{
    /// <summary>The largest product of sample sizes with an exact p value.</summary>
    public const int ExactLimit = 10_000;

    /// <summary>Tests whether two samples come from one distribution.</summary>
    /// <param name="x">The first sample, not empty.</param>
    /// <param name="y">The second sample, not empty.</param>
    /// <param name="alternative">What is tested against.</param>
    /// <param name="method">Auto is exact if there are no ties and a sample has at most 8 values. Exact p values take no account of ties; asymptotic ones do.</param>
    /// <param name="continuity">Whether the asymptotic statistic is moved by a half towards its mean.</param>
    /// <returns>U of the first sample and its p value; NaN if all values are equal and the p value asymptotic.</returns>
    /// <exception cref="PalimpsestException">A sample is empty or holds NaN, or an exact p value is asked for above <see cref="ExactLimit"/>.</exception>
    public static TestOutcome Test(
        ReadOnlySpan<double> x, ReadOnlySpan<double> y, Alternative alternative = Alternative.TwoSided, PValueMethod method = PValueMethod.Auto, bool continuity = true)
    {
        if (x.IsEmpty || y.IsEmpty || x.Contains(double.NaN) || y.Contains(double.NaN))
        {
            throw new PalimpsestException("A Mann-Whitney test needs two samples of at least one number each, and no NaN. Leave such values out.");
        }

        double n = x.Length, m = y.Length;
        double[] all = [.. x, .. y], ranks = Ranks.Of(all);
        double first = ranks.AsSpan(0, x.Length).ToArray().Sum() - (n * (n + 1) / 2), second = (n * m) - first;
        double u = alternative switch
        {
            Alternative.Greater => first,
            Alternative.Less => second,
            _ => Math.Max(first, second),
        };

        double cubes = Ranks.Ties(all).Sum(size => (double)size * size * size - size);
        bool affordable = n * m <= ExactLimit;
        if (method == PValueMethod.Exact && !affordable)
        {
            throw new PalimpsestException($"An exact Mann-Whitney p value of samples of {n} and {m} takes too long. Use the asymptotic one.");
        }

        bool exact = method == PValueMethod.Exact || (method == PValueMethod.Auto && affordable && cubes == 0 && Math.Min(n, m) <= 8);
        double tail = exact ? ExactTail(x.Length, y.Length, (int)Math.Floor(u)) : AsymptoticTail(n, m, u, cubes, continuity);
        return new TestOutcome(first, Math.Min(alternative == Alternative.TwoSided ? 2 * tail : tail, 1));
    }

    private static double AsymptoticTail(double n, double m, double u, double cubes, bool continuity)
    {
        double count = n + m, variance = n * m / 12 * (count + 1 - (cubes / (count * (count - 1))));
        double z = (u - (n * m / 2) - (continuity ? 0.5 : 0)) / Math.Sqrt(variance);
        return NormalDistribution.Survival(z);
    }

    // P_{i,j}(u) = i/(i+j) P_{i-1,j}(u - j) + j/(i+j) P_{i,j-1}(u): the largest value belongs to either sample.
    private static double ExactTail(int n, int m, int u)
    {
        // The distribution is the same with the samples exchanged; rows over the smaller one keep memory at a few megabytes.
        (n, m) = (Math.Max(n, m), Math.Min(n, m));
        double[][] row = [.. Enumerable.Range(0, m + 1).Select(_ => new[] { 1.0 })];
        for (int i = 1; i <= n; i++)
        {
            row[0] = [1];
            for (int j = 1; j <= m; j++)
            {
                double[] above = row[j], left = row[j - 1], next = new double[(i * j) + 1];
                for (int k = 0; k < next.Length; k++)
                {
                    double smaller = k >= j && k - j < above.Length ? i * above[k - j] : 0, greater = k < left.Length ? j * left[k] : 0;
                    next[k] = (smaller + greater) / (i + j);
                }

                row[j] = next;
            }
        }

        return row[m].Skip(u).Sum();
    }
}
