namespace Palimpsest.Metrics.Algebra;

/// <summary>Sines, cosines and tangents that have exact values: of multiples of 30 and 45 degrees.</summary>
internal static class Trigonometry
{
    /// <summary>The value, or null where there is none of that kind.</summary>
    /// <param name="function">Its LaTeX name.</param>
    /// <param name="argument">In radians, or in degrees where it holds their sign.</param>
    /// <param name="degree">The symbol of degrees.</param>
    public static Sum? Exact(string function, Sum argument, string degree)
    {
        if (function is not ("\\sin" or "\\cos" or "\\tan") || Angle(argument, degree) is not { IsInteger: true } angle)
        {
            return null;
        }

        int degrees = (int)(((angle.Numerator % 360) + 360) % 360);
        Sum? sine = Sine(degrees), cosine = Sine((degrees + 90) % 360);
        return function switch
        {
            "\\sin" => sine,
            "\\cos" => cosine,
            _ => sine is not null && cosine is { IsZero: false } ? sine * cosine.Power(-1) : null,
        };
    }

    private static Rational? Angle(Sum argument, string degree)
    {
        if (argument.IsZero)
        {
            return 0;
        }

        bool one = argument.Single is { Factors: [var factor] } && factor.Exponent == 1;
        return one && argument.Single!.Factors[0].Name == degree ? argument.Without(degree).AsNumber()
            : one && argument.Single!.Factors[0].Name == "\\pi" ? (argument.Without("\\pi") * Sum.Number(180)).AsNumber() : null;
    }

    private static Sum? Sine(int degrees)
    {
        Sum? first = (degrees % 180 > 90 ? 180 - (degrees % 180) : degrees % 180) switch
        {
            0 => Sum.Number(0),
            30 => Sum.Number(new Rational(1, 2)),
            45 => Sum.Number(2).Power(new Rational(-1, 2)),
            60 => Sum.Number(3).Power(new Rational(1, 2)) * Sum.Number(new Rational(1, 2)),
            90 => Sum.Number(1),
            _ => null,
        };
        return degrees >= 180 ? first?.Negate() : first;
    }
}
