namespace Palimpsest.Numerics.Statistics;

/// <summary>P values of several tests, adjusted so that each can be compared with the level of the whole family.</summary>
public static class MultipleTests
{
    /// <summary>The adjusted p values; a test is rejected if its own is at most the level.</summary>
    /// <param name="pValues">Each in [0, 1]; none gives none.</param>
    /// <param name="correction">The correction.</param>
    /// <returns>In the order of the tests, each in [0, 1] and not below the p value itself.</returns>
    /// <exception cref="PalimpsestException">A p value is outside [0, 1].</exception>
    public static double[] Adjust(ReadOnlySpan<double> pValues, Correction correction = Correction.Holm)
    {
        int n = pValues.Length;
        double[] sorted = pValues.ToArray();
        if (Array.FindIndex(sorted, p => !(p is >= 0 and <= 1)) is int bad and >= 0)
        {
            throw new PalimpsestException($"P value {bad + 1} of {n} is {sorted[bad]}, not a number between 0 and 1. Correct only tests that gave one.");
        }

        int[] places = [.. Enumerable.Range(0, n)];
        Array.Sort(sorted, places);
        double harmonic = Enumerable.Range(1, n).Sum(i => 1.0 / i);
        double[] adjusted = correction switch
        {
            Correction.Bonferroni => [.. sorted.Select(p => n * p)],
            Correction.Sidak => [.. sorted.Select(p => p == 1 ? 1 : -Exponential(n * BetaFunction.LogOnePlus(-p)))],
            Correction.Holm => Running([.. sorted.Select((p, i) => (n - i) * p)], Math.Max),
            Correction.BenjaminiHochberg => FromLargest(sorted, 1),
            Correction.BenjaminiYekutieli => FromLargest(sorted, harmonic),
            Correction.Hommel => Hommel(sorted),
            _ => throw new ArgumentOutOfRangeException(nameof(correction), correction, "There is no such correction."),
        };

        double[] result = new double[n];
        for (int i = 0; i < n; i++)
        {
            result[places[i]] = Math.Min(adjusted[i], 1);
        }

        return result;
    }

    // p_(i) c n / i, no greater than the one after it.
    private static double[] FromLargest(double[] sorted, double factor)
    {
        double[] scaled = [.. sorted.Select((p, i) => p * factor * sorted.Length / (i + 1))];
        Array.Reverse(scaled);
        scaled = Running(scaled, Math.Min);
        Array.Reverse(scaled);
        return scaled;
    }

    // The least level at which a closed test with Simes' rule rejects; the algorithm of Wright, Biometrics 48 (1992), appendix.
    private static double[] Hommel(double[] sorted)
    {
        int n = sorted.Length;
        double[] adjusted = [.. sorted];
        for (int m = n; m >= 2; m--)
        {
            double least = double.PositiveInfinity;
            for (int i = n - m + 1; i < n; i++)
            {
                least = Math.Min(least, m * sorted[i] / (m - n + i + 1));
            }

            for (int i = 0; i < n; i++)
            {
                adjusted[i] = Math.Max(adjusted[i], Math.Min(m * sorted[Math.Min(i, n - m)], least));
            }
        }

        return adjusted;
    }

    private static double[] Running(double[] values, Func<double, double, double> choose)
    {
        for (int i = 1; i < values.Length; i++)
        {
            values[i] = choose(values[i], values[i - 1]);
        }

        return values;
    }

    // e^x - 1 without loss for small x.
    private static double Exponential(double x)
    {
        double power = Math.Exp(x);
        return power == 1 ? x : power - 1 == -1 ? -1 : (power - 1) * x / Math.Log(power);
    }
}
