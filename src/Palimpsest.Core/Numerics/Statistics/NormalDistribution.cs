namespace Palimpsest.Numerics.Statistics;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    /// <summary>Φ(x): the probability of a value up to <paramref name="x"/>, with full relative accuracy in the lower tail.</summary>
    /// <param name="x">Any number.</param>
    public static double Cumulative(double x) => 0.5 * ErrorFunction.Complementary(-x / Math.Sqrt(2));

    /// <summary>1 - Φ(x), with full relative accuracy in the upper tail.</summary>
    /// <param name="x">Any number.</param>
    public static double Survival(double x) => Cumulative(-x);

    /// <summary>(1 - Φ(x)) / φ(x), Mills' ratio: the upper tail without the factor that underflows.</summary>
    /// <param name="x">At least 0.</param>
    public static double MillsRatio(double x) => Math.Sqrt(Math.PI / 2) * ErrorFunction.Scaled(x / Math.Sqrt(2));

    /// <summary>Φ⁻¹(p).</summary>
    /// <param name="p">In [0, 1].</param>
    /// <returns>Infinite at the ends.</returns>
    public static double Quantile(double p)
    {
        if (!(p is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        }

        if (p > 0.5)
        {
            return -Quantile(1 - p);
        }

        if (p == 0)
        {
            return double.NegativeInfinity;
        }

        // Abramowitz and Stegun 26.2.23 is within 4.5e-4; every step of Halley's method triples the digits.
        double t = Math.Sqrt(-2 * Math.Log(p));
        double x = -(t - ((2.515517 + (t * (0.802853 + (t * 0.010328)))) / (1 + (t * (1.432788 + (t * (0.189269 + (t * 0.001308))))))));
        for (int i = 0; i < 3; i++)
        {
            double error = (Cumulative(x) - p) / Density(x);
            x -= error / (1 + (x * error / 2));
        }

        return x;
    }

    /// <summary>φ(x) = e^(-x²/2) / √(2π).</summary>
    /// <param name="x">Any number.</param>
    public static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
}
