namespace Palimpsest.Privacy;

/// <summary>Sums of numbers that are given by their logarithms.</summary>
internal static class LogSpace
{
    /// <summary>ln(e^a + e^b).</summary>
    public static double Add(double a, double b)
    {
        (double large, double small) = a > b ? (a, b) : (b, a);
        return double.IsInfinity(large) ? large : large + Log1p(Math.Exp(small - large));
    }

    /// <summary>ln(e^x - 1).</summary>
    /// <param name="x">At least 0.</param>
    public static double LogExpm1(double x) => x > 40 ? x : Math.Log(Expm1(x));

    /// <summary>ln(1 + x) to full precision; .NET's own adds first. Kahan's correction of the rounded sum.</summary>
    public static double Log1p(double x)
    {
        double sum = 1 + x;
        return sum == 1 || double.IsPositiveInfinity(sum) ? x : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>e^x - 1 to full precision; .NET's own subtracts last. Kahan's correction of the rounded power.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) > 1)
        {
            return Math.Exp(x) - 1;
        }

        double power = Math.Exp(x);
        return power == 1 ? x : (power - 1) * (x / Math.Log(power));
    }
}
