namespace Palimpsest.Numerics.Statistics;

/// <summary>Correlation coefficients of pairs, with two-sided p values.</summary>
/// <remarks>Kendall, Rank Correlation Methods, 4th edition, 1970. A sample without spread has no correlation: both figures are NaN.</remarks>
public static class Correlation
{
    /// <summary>Pearson's correlation; the p value is exact for normal variables (Student's t with n - 2 degrees of freedom).</summary>
    /// <param name="x">First numbers, at least 2.</param>
    /// <param name="y">Second numbers, as many.</param>
    /// <exception cref="PalimpsestException">There are fewer than 2 pairs, counts differ, or a number is NaN.</exception>
    public static TestOutcome Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        double meanX = 0, meanY = 0;
        for (int i = 0; i < x.Length; i++)
        {
            meanX += x[i];
            meanY += y[i];
        }

        meanX /= x.Length;
        meanY /= x.Length;

        double xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }

        if (xx == 0 || yy == 0)
        {
            return new TestOutcome(double.NaN, double.NaN);
        }

        double r = Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1);
        return new TestOutcome(r, x.Length == 2 ? 1 : BetaFunction.StudentTwoSided(r * Math.Sqrt((x.Length - 2) / ((1 - r) * (1 + r))), x.Length - 2));
    }

    /// <summary>Spearman's correlation: Pearson's of the ranks. The p value is the approximation by Student's t, too small for fewer than ten pairs.</summary>
    /// <inheritdoc cref="Pearson"/>
    public static TestOutcome Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        return Pearson(Ranks.Of(x), Ranks.Of(y));
    }

    /// <summary>Kendall's tau-b, (C - D) / √((pairs not tied in x) (pairs not tied in y)), or tau-c, 2 (C - D) k / (n² (k - 1)) with k the smaller number of distinct values.</summary>
    /// <param name="x">First numbers, at least 2.</param>
    /// <param name="y">Second numbers, as many. Time grows with the square of their number.</param>
    /// <param name="tauC">Whether the coefficient is tau-c. The p value is the same.</param>
    /// <param name="method">Auto is exact without ties up to 33 pairs, or if all but one pair of pairs agree. Exact needs no ties and at most 150 pairs.</param>
    /// <exception cref="PalimpsestException">There are fewer than 2 pairs or more than 30,000, counts differ, a number is NaN, or the exact p value cannot be had.</exception>
    public static TestOutcome Kendall(ReadOnlySpan<double> x, ReadOnlySpan<double> y, bool tauC = false, PValueMethod method = PValueMethod.Auto)
    {
        Check(x, y);
        int n = x.Length;
        if (n > 30_000)
        {
            throw new PalimpsestException($"Kendall's correlation compares all pairs of {n} items, which takes too long. Use Spearman's, or a sample.");
        }

        long balance = 0, discordant = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int sign = x[i].CompareTo(x[j]) * y[i].CompareTo(y[j]);
                balance += sign;
                discordant += sign < 0 ? 1 : 0;
            }
        }

        long[] tiesX = [.. Ranks.Ties(x)], tiesY = [.. Ranks.Ties(y)];
        double total = n * (n - 1.0) / 2, tiedX = Pairs(tiesX), tiedY = Pairs(tiesY);
        if (tiedX == total || tiedY == total)
        {
            return new TestOutcome(double.NaN, double.NaN);
        }

        double smaller = Math.Min(tiesX.Length, tiesY.Length);
        double tau = tauC ? 2 * balance / ((double)n * n * (smaller - 1) / smaller) : balance / Math.Sqrt(total - tiedX) / Math.Sqrt(total - tiedY);
        bool noTies = tiedX == 0 && tiedY == 0;
        double fewer = Math.Min(discordant, total - discordant);
        if (method == PValueMethod.Exact && (!noTies || n > 150))
        {
            throw new PalimpsestException("Kendall's exact p value needs numbers without ties, at most 150 of them. Use the asymptotic one.");
        }

        bool exact = method == PValueMethod.Exact || (method == PValueMethod.Auto && noTies && (n <= 33 || (n <= 150 && fewer <= 1)));
        return new TestOutcome(Math.Clamp(tau, -1, 1), exact ? Exact(n, (int)fewer) : Asymptotic(n, balance, tiesX, tiesY));
    }

    // P_j(k) = (P_{j-1}(k) + ... + P_{j-1}(k - j + 1)) / j: the j-th item brings 0 to j - 1 inversions.
    private static double Exact(int n, int inversions)
    {
        if (4L * inversions == (long)n * (n - 1))
        {
            return 1;
        }

        double[] share = new double[inversions + 1];
        share[0] = 1;
        for (int j = 2; j <= n; j++)
        {
            double[] next = new double[share.Length];
            for (int k = 0; k < share.Length; k++)
            {
                for (int i = Math.Max(0, k - j + 1); i <= k; i++)
                {
                    next[k] += share[i] / j;
                }
            }

            share = next;
        }

        return Math.Min(1, 2 * share.Sum());
    }

    private static double Asymptotic(double n, long balance, long[] tiesX, long[] tiesY)
    {
        double m = n * (n - 1);
        double variance = ((m * ((2 * n) + 5)) - tiesX.Sum(Weighted) - tiesY.Sum(Weighted)) / 18
            + (2 * Pairs(tiesX) * Pairs(tiesY) / m)
            + (n == 2 ? 0 : tiesX.Sum(Triples) * tiesY.Sum(Triples) / (9 * m * (n - 2)));
        return Math.Min(1, 2 * NormalDistribution.Survival(Math.Abs(balance) / Math.Sqrt(variance)));

        static double Weighted(long t) => (double)t * (t - 1) * ((2 * t) + 5);
        static double Triples(long t) => (double)t * (t - 1) * (t - 2);
    }

    private static double Pairs(long[] ties) => ties.Sum(t => t * (t - 1.0) / 2);

    private static void Check(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length || x.Length < 2 || x.Contains(double.NaN) || y.Contains(double.NaN))
        {
            throw new PalimpsestException($"A correlation needs two samples of the same size, at least 2, without NaN; here are {x.Length} and {y.Length} numbers.");
        }
    }
}
