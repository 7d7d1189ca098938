using System.Globalization;
using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    public static Dictionary<string, TemplateFilter> All { get; } = new(StringComparer.Ordinal)
    {
        ["abs"] = (value, _, _) => PythonOperators.Whole(value) is BigInteger whole ? BigInteger.Abs(whole) : Math.Abs(PythonOperators.Float(value)),
        ["int"] = (value, call, _) => Integer(value, call.Bind("default", "base").Get("default", BigInteger.Zero), call.Number("base", 10)),
        ["float"] = (value, call, _) => Float(value, call.Bind("default").Get("default", 0.0)),
        ["round"] = (value, call, _) => Round(value, call.Bind("precision", "method").Number("precision", 0), call.Text("method", "common")!),
        ["filesizeformat"] = (value, call, _) => FileSize(value, call.Bind("binary").Flag("binary", false)),
    };

    private static object? Integer(object? value, object? otherwise, int radix)
    {
        switch (value)
        {
            case double number when double.IsFinite(number):
                return new BigInteger(Math.Truncate(number));
            case double number:
                return double.IsNaN(number) ? otherwise : throw new TemplateException("cannot convert float infinity to integer");
            case string text:
                return PythonNumber.TryWhole(text, radix, out BigInteger whole) ? whole : PythonNumber.TryFloat(text, out double other)
                    && double.IsFinite(other) ? new BigInteger(Math.Truncate(other)) : otherwise;
            default:
                PythonOperators.ThrowIfUndefined(value);
                return PythonOperators.Whole(value) ?? otherwise;
        }
    }

    private static object? Float(object? value, object? otherwise)
    {
        PythonOperators.ThrowIfUndefined(value);
        return value is string text ? PythonNumber.TryFloat(text, out double number) ? number : otherwise : PythonOperators.IsNumber(value)
            ? PythonOperators.Float(value) : otherwise;
    }

    // A whole number stays one unless it is to be cut to "ceil" or "floor", which divide by the power of ten again.
    private static object Round(object? value, int precision, string method)
    {
        if (precision is < -400 or > 400)
        {
            throw new TemplateException("round takes a precision from -400 to 400");
        }

        BigInteger? whole = PythonOperators.Whole(value);
        switch (method)
        {
            case "common" when whole is BigInteger number:
                return precision >= 0 ? number : RoundWhole(number, BigInteger.Pow(10, -precision));
            case "common":
                return PythonFloat.Round(PythonOperators.Float(value), precision);
            case "ceil" or "floor":
                BigInteger scale = BigInteger.Pow(10, Math.Abs(precision));
                if (whole is BigInteger one && precision >= 0)
                {
                    return PythonFloat.Divide(one * scale, scale);
                }

                // Python's 10 ** -3 is the floating point number 0.001.
                double factor = precision >= 0 ? PythonFloat.Of(scale) : Math.Pow(10, precision), scaled = PythonOperators.Float(value) * factor;
                scaled = method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled);
                BigInteger cut = double.IsFinite(scaled) ? new BigInteger(scaled) : throw new TemplateException("cannot convert float infinity to integer");
                return precision >= 0 ? PythonFloat.Divide(cut, scale) : PythonFloat.Of(cut) / factor;
            default:
                throw new TemplateException("method must be common, ceil or floor");
        }
    }

    private static BigInteger RoundWhole(BigInteger value, BigInteger unit)
    {
        BigInteger quotient = BigInteger.DivRem(value, unit, out BigInteger rest);
        int half = (BigInteger.Abs(rest) * 2).CompareTo(unit);
        return (half > 0 || (half == 0 && !quotient.IsEven) ? quotient + value.Sign : quotient) * unit;
    }

    private static string FileSize(object? value, bool binary)
    {
        double bytes = PythonOperators.Float(value), step = binary ? 1024 : 1000;
        if (bytes < step)
        {
            return bytes == 1 ? "1 Byte" : $"{new BigInteger(Math.Truncate(bytes)).ToString(CultureInfo.InvariantCulture)} Bytes";
        }

        string[] units = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        int unit = 0;
        BigInteger next = BigInteger.Pow((int)step, 2);
        for (; bytes >= PythonFloat.Of(next) && unit < units.Length - 1; unit++)
        {
            next *= (int)step;
        }

        return $"{FormatField.Real(new FormatSpec { Type = 'f', Precision = 1 }, step * bytes / PythonFloat.Of(next))} {units[unit]}";
    }
}
