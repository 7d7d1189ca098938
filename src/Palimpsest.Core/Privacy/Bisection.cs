namespace Palimpsest.Privacy;

/// <summary>Bisection that ends on the safe side.</summary>
internal static class Bisection
{
    /// <summary>The smallest value that is safe, to the last bit or to a share of itself.</summary>
    /// <param name="safe">False up to some value and true from it on.</param>
    /// <param name="low">Taken for not safe.</param>
    /// <param name="high">Safe.</param>
    /// <param name="tolerance">Share of the value to stop at.</param>
    /// <returns>A value that was found safe.</returns>
    public static double Upper(Func<double, bool> safe, double low, double high, double tolerance = 0)
    {
        while (high - low > tolerance * high)
        {
            double middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
            {
                break;
            }

            (low, high) = safe(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }
}
