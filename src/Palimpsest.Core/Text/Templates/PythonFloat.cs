using System.Globalization;
using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>Floating point as Python has it: exact digits with halves to even, conversions of whole numbers of any size, division that floors.</summary>
/// <remarks>.NET rounds written halves away from zero and cuts a large whole number's last bits off instead of rounding them. Python: <c>Python/dtoa.c</c>,
/// <c>Objects/floatobject.c</c>, <c>Objects/longobject.c</c>.</remarks>
internal static class PythonFloat
{
    private const int MantissaBits = 53, LeastExponent = -1074;

    /// <summary>The nearest floating point number to a quotient of whole numbers, halves to even.</summary>
    /// <exception cref="TemplateException">It is too large.</exception>
    public static double Divide(BigInteger above, BigInteger below)
    {
        bool negative = above.Sign < 0 != below.Sign < 0;
        (above, below) = (BigInteger.Abs(above), BigInteger.Abs(below));
        if (above.IsZero)
        {
            return negative ? -0.0 : 0;
        }

        // One bit or two more than the mantissa are there before the exponent is certain.
        int exponent = Math.Max((int)(above.GetBitLength() - below.GetBitLength()) - MantissaBits, LeastExponent);
        BigInteger mantissa = Quotient(above, below, exponent);
        if (mantissa.GetBitLength() > MantissaBits)
        {
            mantissa = Quotient(above, below, ++exponent);
        }

        double value = Math.ScaleB((double)(long)mantissa, exponent);
        return double.IsInfinity(value) ? throw new TemplateException("int too large to convert to float") : negative ? -value : value;
    }

    /// <summary>The nearest floating point number to a whole number.</summary>
    /// <exception cref="TemplateException">It is too large.</exception>
    public static double Of(BigInteger whole) => Divide(whole, BigInteger.One);

    /// <summary><c>a // b</c> and <c>a % b</c>.</summary>
    public static (double Quotient, double Remainder) DivideDown(double left, double right)
    {
        double rest = left % right, quotient = (left - rest) / right;
        if (rest == 0)
        {
            rest = Math.CopySign(0, right);
        }
        else if (rest < 0 != right < 0)
        {
            (rest, quotient) = (rest + right, quotient - 1);
        }

        if (quotient == 0)
        {
            return (Math.CopySign(0, left / right), rest);
        }

        double floor = Math.Floor(quotient);
        return (quotient - floor > 0.5 ? floor + 1 : floor, rest);
    }

    /// <summary><c>round(value, places)</c>.</summary>
    public static double Round(double value, int places)
    {
        // A place beyond the last digit of any number, or before the first one, changes nothing, or leaves nothing.
        if (!double.IsFinite(value) || value == 0 || places > 323)
        {
            return value;
        }

        BigInteger scaled = places < -309 ? BigInteger.Zero : Scaled(Math.Abs(value), places);
        double rounded =
            double.Parse(scaled.ToString(CultureInfo.InvariantCulture) + "E" + (-places).ToString(CultureInfo.InvariantCulture), NumberStyles.Float,
            CultureInfo.InvariantCulture);
        return double.IsInfinity(rounded) ? throw new TemplateException("rounded value too large to represent") : Math.CopySign(rounded, value);
    }

    /// <summary>Digits with a fixed number of places (<c>f</c>), of a finite number from 0 on.</summary>
    public static string Fixed(double value, int places)
    {
        string digits = Scaled(value, places).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        return places == 0 ? digits : $"{digits[..^places]}.{digits[^places..]}";
    }

    /// <summary>One digit, places and an exponent (<c>e</c>).</summary>
    public static string Exponent(double value, int places)
    {
        (string digits, int exponent) = Significant(value, places + 1);
        return Exponent(digits, exponent);
    }

    /// <summary>The shorter of both forms with so many digits (<c>g</c>).</summary>
    /// <param name="value">A finite number from 0 on.</param>
    /// <param name="count">Digits; 0 counts as 1.</param>
    /// <param name="keepZeros">Whether zeros at the end stay (<c>#</c>).</param>
    /// <param name="likeRepr">Whether a place follows the point always and the exponent begins a digit earlier, as without a letter.</param>
    public static string General(double value, int count, bool keepZeros, bool likeRepr)
    {
        count = Math.Max(count, 1);
        (string digits, int exponent) = Significant(value, count);
        string kept = keepZeros ? digits : digits.TrimEnd('0') is { Length: > 0 } rest ? rest : "0";
        if (exponent < -4 || exponent > count - (likeRepr ? 2 : 1))
        {
            return Exponent(kept, exponent);
        }

        string all = exponent < 0 ? new string('0', -exponent) + kept : kept.PadRight(exponent + 1, '0');
        int point = Math.Max(exponent, 0) + 1;
        return all.Length > point ? $"{all[..point]}.{all[point..]}" : likeRepr ? all + ".0" : all;
    }

    private static string Exponent(string digits, int exponent) =>
        $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";

    private static (string Digits, int Exponent) Significant(double value, int count)
    {
        if (value == 0)
        {
            return (new string('0', count), 0);
        }

        // The logarithm may be off by one next to a power of ten, and rounding may reach one.
        int exponent = (int)Math.Floor(Math.Log10(value));
        string digits = Digits(exponent);
        if (digits.Length > count)
        {
            digits = Digits(++exponent);
        }
        else if (Digits(exponent - 1) is { } finer && finer.Length == count)
        {
            (digits, exponent) = (finer, exponent - 1);
        }

        return (digits, exponent);

        string Digits(int at) => Scaled(value, count - 1 - at).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A number from 0 on times a power of ten, to the nearest whole number, halves to even.</summary>
    private static BigInteger Scaled(double value, int places)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int field = (int)(bits >> 52) & 0x7FF;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (field > 0 ? 1L << 52 : 0), ten = BigInteger.Pow(10, Math.Abs(places));
        return Quotient(places > 0 ? mantissa * ten : mantissa, places < 0 ? ten : BigInteger.One, -(Math.Max(field, 1) + LeastExponent - 1));
    }

    // above / (below · 2^exponent), to the nearest, halves to even.
    private static BigInteger Quotient(BigInteger above, BigInteger below, int exponent)
    {
        (above, below) = exponent < 0 ? (above << -exponent, below) : (above, below << exponent);
        BigInteger quotient = BigInteger.DivRem(above, below, out BigInteger rest);
        int half = (rest << 1).CompareTo(below);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
