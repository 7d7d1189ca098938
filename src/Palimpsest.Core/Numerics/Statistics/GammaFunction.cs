namespace Palimpsest.Numerics.Statistics;

/// <summary>The logarithm of the gamma function and the regularised incomplete gamma functions.</summary>
/// <remarks>Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.40 (Stirling's series), 6.5.29 (series) and 6.5.31 (continued fraction).</remarks>
public static class GammaFunction
{
    private const int MaximumTerms = 100_000;

    // B_2k / (2k (2k - 1)), k = 1, 2, ...
    private static readonly double[] s_stirling =
        [1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0];

    /// <summary>ln Γ(x).</summary>
    /// <param name="x">Positive.</param>
    /// <returns>With an error of a few units in the last place of the larger of 1 and the result.</returns>
    public static double Log(double x)
    {
        if (!(x > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(x), x, "The logarithm of the gamma function is taken of positive numbers.");
        }

        // Γ(x) = Γ(x + n) / (x (x + 1) ... (x + n - 1)): Stirling's series is exact to rounding from 15 on.
        double product = 1;
        while (x < 15)
        {
            product *= x++;
        }

        double sum = 0, inverse = 1 / x, power = inverse;
        foreach (double coefficient in s_stirling)
        {
            sum += coefficient * power;
            power *= inverse * inverse;
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + sum - Math.Log(product);
    }

    /// <summary>ln n!.</summary>
    /// <param name="n">At least 0.</param>
    public static double LogFactorial(double n) => n < 2 ? 0 : Log(n + 1);

    /// <summary>ln C(n, k).</summary>
    /// <param name="n">At least <paramref name="k"/>.</param>
    /// <param name="k">At least 0.</param>
    public static double LogBinomial(double n, double k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    /// <summary>P(a, x): the share of the gamma integral below <paramref name="x"/>.</summary>
    /// <param name="a">Positive.</param>
    /// <param name="x">At least 0.</param>
    public static double Lower(double a, double x)
    {
        Check(a, x);
        return x < a + 1 ? Series(a, x) : 1 - Fraction(a, x);
    }

    /// <summary>Q(a, x) = 1 - P(a, x), without cancellation in the tail.</summary>
    /// <param name="a">Positive.</param>
    /// <param name="x">At least 0.</param>
    public static double Upper(double a, double x)
    {
        Check(a, x);
        return x < a + 1 ? 1 - Series(a, x) : Fraction(a, x);
    }

    // x^a e^-x Σ_n x^n / Γ(a + n + 1)
    private static double Series(double a, double x)
    {
        if (x == 0)
        {
            return 0;
        }

        double term = 1 / a, sum = term;
        for (int n = 1; n < MaximumTerms && term > sum * 1e-17; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum * Math.Exp((a * Math.Log(x)) - x - Log(a));
    }

    // x^a e^-x / Γ(a) · 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), by Lentz's method.
    private static double Fraction(double a, double x)
    {
        if (double.IsPositiveInfinity(x))
        {
            return 0;
        }

        double b = x + 1 - a, c = 1e300, d = 1 / b, result = d;
        for (int n = 1; n < MaximumTerms; n++)
        {
            double numerator = -n * (n - a);
            b += 2;
            d = 1 / ((numerator * d) + b);
            c = b + (numerator / c);
            double factor = c * d;
            result *= factor;
            if (Math.Abs(factor - 1) < 1e-16)
            {
                break;
            }
        }

        return result * Math.Exp((a * Math.Log(x)) - x - Log(a));
    }

    private static void Check(double a, double x)
    {
        if (!(a > 0) || !(x >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(x), $"The incomplete gamma function needs a > 0 and x >= 0, not a = {a} and x = {x}.");
        }
    }
}
