namespace Palimpsest.Numerics.Statistics;

/// <summary>The regularised incomplete beta function, its inverse, and the distributions that rest on it.</summary>
/// <remarks>Abramowitz and Stegun, Handbook of Mathematical Functions, 26.5.8 (continued fraction), 26.5.24 (binomial sums) and 26.7.1 (Student's t).</remarks>
public static class BetaFunction
{
    /// <summary>I_x(a, b): the probability that a beta(a, b) variable is at most <paramref name="x"/>.</summary>
    /// <param name="x">In [0, 1].</param>
    /// <param name="a">Positive.</param>
    /// <param name="b">Positive.</param>
    public static double Regularized(double x, double a, double b)
    {
        if (!(x is >= 0 and <= 1) || !(a > 0) || !(b > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(x), $"The incomplete beta function needs x in [0, 1], a > 0 and b > 0, not x = {x}, a = {a} and b = {b}.");
        }

        if (x is 0 or 1)
        {
            return x;
        }

        double front = Front(x, a, b);
        return x <= (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    /// <summary>The x with I_x(a, b) = <paramref name="p"/>.</summary>
    /// <param name="p">In [0, 1].</param>
    /// <param name="a">Positive.</param>
    /// <param name="b">Positive.</param>
    public static double Inverse(double p, double a, double b)
    {
        if (!(p is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        }

        if (p is 0 or 1)
        {
            return p;
        }

        // Newton's method, fenced in by bisection. Halving on the scale of logarithms finds quantiles far below 1e-16 as well.
        double low = 0, high = 1, x = a / (a + b);
        for (int i = 0; i < 2000; i++)
        {
            double difference = Regularized(x, a, b) - p;
            if (difference < 0)
            {
                low = x;
            }
            else
            {
                high = x;
            }

            double next = x - (difference * x * (1 - x) / Front(x, a, b));
            if (!(next > low && next < high))
            {
                next = low == 0 ? high / 16 : low < high / 4 ? Math.Sqrt(low * high) : (low + high) / 2;
            }

            if (Math.Abs(next - x) <= 1e-15 * x || next == 0)
            {
                return next;
            }

            x = next;
        }

        return x;
    }

    /// <summary>The probability of at most <paramref name="k"/> successes in <paramref name="n"/> trials.</summary>
    /// <param name="k">Below 0 gives 0, from <paramref name="n"/> on 1.</param>
    /// <param name="n">At least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    public static double BinomialCumulative(int k, int n, double p) => k < 0 ? 0 : k >= n ? 1 : Regularized(1 - p, n - k, k + 1);

    /// <summary>The probability that the size of a Student t variable is at least that of <paramref name="t"/>.</summary>
    /// <param name="t">Any number.</param>
    /// <param name="degrees">Degrees of freedom, positive.</param>
    public static double StudentTwoSided(double t, double degrees) =>
        double.IsNaN(t) ? t : double.IsInfinity(t) ? 0 : Regularized(degrees / (degrees + (t * t)), degrees / 2, 0.5);

    // x^a (1 - x)^b / B(a, b)
    private static double Front(double x, double a, double b) =>
        Math.Exp(GammaFunction.Log(a + b) - GammaFunction.Log(a) - GammaFunction.Log(b) + (a * Math.Log(x)) + (b * LogOnePlus(-x)));

    // ln(1 + x) without loss for small x: the rounding of 1 + x cancels between the two factors.
    internal static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        double c = 1, d = 1 - ((a + b) * x / (a + 1));
        d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
        double result = d;
        for (int m = 1; m <= 10_000; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            double factor = 1;
            foreach (double numerator in (ReadOnlySpan<double>)[even, odd])
            {
                d = 1 + (numerator * d);
                d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
                c = 1 + (numerator / c);
                c = Math.Abs(c) < Tiny ? Tiny : c;
                factor = c * d;
                result *= factor;
            }

            if (Math.Abs(factor - 1) < 1e-16)
            {
                break;
            }
        }

        return result;
    }
}
