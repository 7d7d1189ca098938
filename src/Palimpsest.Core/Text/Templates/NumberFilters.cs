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
        ["round"] = (value, call, _) => Round(PythonOperators.Float(value), call.Bind("precision", "method").Number("precision", 0), call.Text("method", "common")!),
        ["filesizeformat"] = (value, call, _) => FileSize(value, call.Bind("binary").Flag("binary", false)),
    };

    private static object? Integer(object? value, object? otherwise, int radix)
    {
        switch (value)
        {
            case double number when double.IsFinite(number):
                return new BigInteger(Math.Truncate(number));
            case string text:
                text = PythonString.Trim(text);
                return Parse(text, radix) ?? (TryFloat(text, out double other) && double.IsFinite(other) ? new BigInteger(Math.Truncate(other)) : otherwise);
            default:
                PythonOperators.ThrowIfUndefined(value);
                return PythonOperators.Whole(value) ?? otherwise;
        }
    }

    private static BigInteger? Parse(string text, int radix)
    {
        bool negative = text.StartsWith('-');
        string digits = text.TrimStart('-', '+').Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        digits = radix switch { 16 when digits.StartsWith("0x", StringComparison.Ordinal) => digits[2..], 8 when digits.StartsWith("0o", StringComparison.Ordinal) => digits[2..], 2 when digits.StartsWith("0b", StringComparison.Ordinal) => digits[2..], _ => digits };
        if (digits.Length is 0 or > 300 || radix is < 2 or > 36 || text.Length - text.TrimStart('-', '+').Length > 1)
        {
            return null;
        }

        BigInteger result = BigInteger.Zero;
        foreach (char character in digits)
        {
            int digit = char.IsAsciiDigit(character) ? character - '0' : char.IsAsciiLetter(character) ? character - 'a' + 10 : radix;
            if (digit >= radix)
            {
                return null;
            }

            result = (result * radix) + digit;
        }

        return negative ? -result : result;
    }

    private static object? Float(object? value, object? otherwise)
    {
        PythonOperators.ThrowIfUndefined(value);
        return value is string text ? TryFloat(PythonString.Trim(text), out double number) ? number : otherwise : PythonOperators.IsNumber(value) ? PythonOperators.Float(value) : otherwise;
    }

    private static bool TryFloat(string text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static object Round(double value, int precision, string method)
    {
        if (precision is < 0 or > 15)
        {
            throw new TemplateException("round takes a precision from 0 to 15");
        }

        double scale = Math.Pow(10, precision);
        return method switch
        {
            "common" => Math.Round(value, precision, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(value * scale) / scale,
            "floor" => Math.Floor(value * scale) / scale,
            _ => throw new TemplateException("method must be common, ceil or floor"),
        };
    }

    private static string FileSize(object? value, bool binary)
    {
        double bytes = PythonOperators.Float(value), step = binary ? 1024 : 1000;
        if (bytes < step)
        {
            return bytes == 1 ? "1 Byte" : $"{(long)bytes} Bytes";
        }

        string[] units = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB"] : ["kB", "MB", "GB", "TB", "PB"];
        int unit = 0;
        for (bytes /= step; bytes >= step && unit < units.Length - 1; bytes /= step)
        {
            unit++;
        }

        return $"{bytes.ToString("F1", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
