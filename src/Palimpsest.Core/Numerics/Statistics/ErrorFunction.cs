namespace Palimpsest.Numerics.Statistics;

/// <summary>The complementary error function and its scaled form, to full double precision in constant time.</summary>
/// <remarks>W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23 (1969).</remarks>
public static class ErrorFunction
{
    private static readonly double[] s_smallTop =
        [1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3];

    private static readonly double[] s_smallBottom = [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];

    private static readonly double[] s_middleTop =
    [
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
        8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
    ];

    private static readonly double[] s_middleBottom =
    [
        1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
        3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
    ];

    private static readonly double[] s_largeTop =
        [1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4];

    private static readonly double[] s_largeBottom =
        [1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    /// <summary>erfc(x) = 2/√π ∫ₓ^∞ e^(-t²) dt.</summary>
    /// <param name="x">Any number.</param>
    public static double Complementary(double x) => x switch
    {
        < 0 => 2 - Complementary(-x),
        < 0.46875 => 1 - Small(x),
        _ => Scaled(x) * Math.Exp(-x * x),
    };

    /// <summary>erfcx(x) = e^(x²) erfc(x), which neither underflows nor cancels for large <paramref name="x"/>.</summary>
    /// <param name="x">At least 0.</param>
    public static double Scaled(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        if (x < 0.46875)
        {
            return Math.Exp(x * x) * (1 - Small(x));
        }

        if (x <= 4)
        {
            return Polynomial(s_middleTop, x) / Polynomial(s_middleBottom, x);
        }

        double y = 1 / (x * x);
        return ((1 / Math.Sqrt(Math.PI)) - (y * Polynomial(s_largeTop, y) / Polynomial(s_largeBottom, y))) / x;
    }

    private static double Small(double x) => x * Polynomial(s_smallTop, x * x) / Polynomial(s_smallBottom, x * x);

    private static double Polynomial(double[] coefficients, double x)
    {
        double value = 0;
        foreach (double coefficient in coefficients)
        {
            value = (value * x) + coefficient;
        }

        return value;
    }
}
