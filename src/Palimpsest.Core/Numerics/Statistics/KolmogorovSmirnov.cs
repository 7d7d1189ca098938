namespace Palimpsest.Numerics.Statistics;

/// <summary>The two-sample Kolmogorov-Smirnov test: the largest distance between two empirical distribution functions.</summary>
/// <remarks>
/// <para>Hodges, The significance probability of the Smirnov two-sample test, Arkiv för Matematik 3 (1958). Conventions are scipy's: <see cref="Alternative.Greater"/> looks at the places where the
/// first sample's distribution function lies above the second's, that is, where the first sample is smaller.</para>
/// <para>With ties the exact p value is the one of samples without ties, and too large.</para>
/// </remarks>
public static class KolmogorovSmirnov
{
    /// <summary>Up to how many observations in the larger sample <see cref="PValueMethod.Auto"/> is exact.</summary>
    public const int ExactLimit = 10_000;

    /// <summary>Tests whether two samples come from one distribution.</summary>
    /// <param name="x">The first sample.</param>
    /// <param name="y">The second sample.</param>
    /// <param name="alternative">Which distance counts.</param>
    /// <param name="method">Exact needs time in proportion to the product of the sizes, at most about a second up to <see cref="ExactLimit"/> each.</param>
    /// <returns>The distance in [0, 1] and its p value. The two-sided asymptotic p value is that of the one-sample statistic of nm/(n+m) observations (<see cref="KolmogorovDistribution"/>), NaN if that rounds to none.</returns>
    /// <exception cref="PalimpsestException">A sample is empty or holds a value that is not a number, or exact p values are asked for of samples above <see cref="ExactLimit"/>.</exception>
    public static TestOutcome Test(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Alternative alternative = Alternative.TwoSided, PValueMethod method = PValueMethod.Auto)
    {
        int n = x.Length, m = y.Length;
        if (n == 0 || m == 0 || x.Contains(double.NaN) || y.Contains(double.NaN))
        {
            throw new PalimpsestException("A Kolmogorov-Smirnov test needs two samples of at least one number each, and no NaN. Leave such values out.");
        }

        bool small = Math.Max(n, m) <= ExactLimit;
        if (method == PValueMethod.Exact && !small)
        {
            throw new PalimpsestException($"An exact Kolmogorov-Smirnov p value of samples of {n} and {m} takes too long. Use the asymptotic one above {ExactLimit} observations.");
        }

        long height = Distance(x, y, alternative);
        double statistic = height / ((double)n * m);
        bool exact = method == PValueMethod.Exact || (method == PValueMethod.Auto && small);
        double p = exact ? Exact(n, m, height, alternative) : Asymptotic(n, m, statistic, alternative);
        return new TestOutcome(statistic, Math.Min(p, 1));
    }

    // n m max (F_x - F_y), a whole number.
    private static long Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Alternative alternative)
    {
        double[] a = x.ToArray(), b = y.ToArray();
        Array.Sort(a);
        Array.Sort(b);
        long above = 0, below = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            double value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] == value)
            {
                i++;
            }

            while (j < b.Length && b[j] == value)
            {
                j++;
            }

            long difference = ((long)i * b.Length) - ((long)j * a.Length);
            above = Math.Max(above, difference);
            below = Math.Max(below, -difference);
        }

        return alternative switch
        {
            Alternative.Greater => above,
            Alternative.Less => below,
            _ => Math.Max(above, below),
        };
    }

    // P(i, j) = 1 beyond the boundary, else (n-i)/(n-i+m-j) P(i+1, j) + (m-j)/(n-i+m-j) P(i, j+1), P(n, m) = 0.
    // The probability that a random path touches the boundary is a sum of positive terms, so that a p value of 1e-200 is as exact as one of 0.1; 1 minus the probability of staying inside would not be.
    private static double Exact(int n, int m, long height, Alternative alternative)
    {
        if (height == 0)
        {
            return 1;
        }

        double[] row = new double[m + 1];
        for (int i = n; i >= 0; i--)
        {
            for (int j = m; j >= 0; j--)
            {
                long difference = ((long)i * m) - ((long)j * n);
                bool outside = (difference >= height && alternative != Alternative.Less) || (-difference >= height && alternative != Alternative.Greater);
                double left = n - i, right = m - j;
                row[j] = outside ? 1 : left + right == 0 ? 0 : ((left * row[j]) + (right > 0 ? right * row[j + 1] : 0)) / (left + right);
            }
        }

        return row[0];
    }

    private static double Asymptotic(int n, int m, double statistic, Alternative alternative)
    {
        double large = Math.Max(n, m), small = Math.Min(n, m), effective = large * small / (large + small);
        if (alternative == Alternative.TwoSided)
        {
            double rounded = Math.Round(effective);
            return rounded < 1 ? double.NaN : KolmogorovDistribution.Survival(statistic, (int)rounded);
        }

        // Hodges 1958, equation 5.3.
        double z = Math.Sqrt(effective) * statistic;
        return Math.Exp((-2 * z * z) - (2 * z * (large + (2 * small)) / Math.Sqrt(large * small * (large + small)) / 3));
    }
}
