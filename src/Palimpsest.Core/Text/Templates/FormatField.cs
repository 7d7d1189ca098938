using System.Globalization;
using System.Numerics;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Single values in a format: Python's <c>format(value, spec)</c>, and the numbers of <c>%</c>.</summary>
internal static class FormatField
{
    /// <summary><c>format(value, spec)</c>.</summary>
    public static string Value(object? value, string text, TemplateBudget budget)
    {
        if (text.Length == 0)
        {
            return PythonText.Show(value, budget);
        }

        // Markup and undefined values are texts here.
        bool number = PythonOperators.IsNumber(value);
        if (!number && value is not (string or Undefined))
        {
            throw new TemplateException($"unsupported format string passed to {PythonText.TypeName(value)}.__format__");
        }

        FormatSpec spec = FormatSpec.Read(text, number ? '>' : '<');
        if (!number)
        {
            return spec is { Type: '\0' or 's', Align: not '=', Sign: '\0', Alternate: false, Grouping: '\0' }
                ? Text(spec, PythonText.Show(value, budget), '<')
                : throw new TemplateException($"the format \"{text}\" is not one for a text");
        }

        bool real = value is double || spec.Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%';
        bool fits = real
            ? spec.Type is '\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%'
            : spec.Precision is null && spec.Type is '\0' or 'd' or 'x' or 'X' or 'o' or 'b' or 'n' or 'c';
        fits &= spec.Grouping == '\0' || (spec.Type is not ('n' or 'c') && (spec.Grouping == '_' || spec.Type is not ('x' or 'X' or 'o' or 'b')));
        if (!fits || (spec.Type == 'c' && (spec.Sign != '\0' || spec.Alternate)))
        {
            throw new TemplateException($"the format \"{text}\" is not one for a {PythonText.TypeName(value)}");
        }

        return real ? Real(spec, PythonOperators.Float(value)) : spec.Type == 'c'
            ? Text(spec, Character(PythonOperators.Whole(value)!.Value), '>') : Whole(spec, PythonOperators.Whole(value)!.Value);
    }

    /// <summary>A text, cut to the precision.</summary>
    public static string Text(FormatSpec spec, string text, char usual)
    {
        if (spec.Precision is int most && PythonString.Length(text) > most)
        {
            text = string.Concat(PythonString.Characters(text).Take(most));
        }

        return (spec with { Grouping = '\0' }).Pad("", text, "", usual);
    }

    /// <summary>The character of a number.</summary>
    public static string Character(BigInteger codePoint)
    {
        StringBuilder result = new();
        CodePoints.Append(result, codePoint >= 0 && codePoint <= 0x10FFFF
            ? (int)codePoint : throw new TemplateException("a character's number lies from 0 to 0x10FFFF"));
        return result.ToString();
    }

    /// <summary>A whole number; the precision is the least number of digits, as <c>%</c> has it.</summary>
    public static string Whole(FormatSpec spec, BigInteger value)
    {
        (int radix, string prefix) = spec.Type switch { 'x' => (16, "0x"), 'X' => (16, "0X"), 'o' => (8, "0o"), 'b' => (2, "0b"), _ => (10, "") };
        string digits = Digits(BigInteger.Abs(value), radix).PadLeft(spec.Precision ?? 0, '0');
        return spec.Pad(Sign(spec, value.Sign < 0) + (spec.Alternate ? prefix : ""), spec.Type == 'X' ? digits.ToUpperInvariant() : digits, "", '>');
    }

    /// <summary>A floating point number.</summary>
    public static string Real(FormatSpec spec, double value)
    {
        double size = Math.Abs(value);
        int precision = spec.Precision ?? 6;
        char form = char.ToLowerInvariant(spec.Type);
        size = form == '%' ? size * 100 : size;
        string text = !double.IsFinite(size) ? double.IsNaN(size) ? "nan" : "inf" : form switch
        {
            'f' or '%' => PythonFloat.Fixed(size, precision),
            'e' => PythonFloat.Exponent(size, precision),
            'g' or 'n' => PythonFloat.General(size, precision, spec.Alternate, likeRepr: false),
            _ when spec.Precision is int digits => PythonFloat.General(size, digits, spec.Alternate, likeRepr: true),
            _ => PythonText.Number(size),
        };
        int end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        (string whole, string rest) = end == 0 ? (text, "") : (text[..end], text[end..]);
        if (spec.Alternate && end > 0 && !rest.StartsWith('.'))
        {
            rest = "." + rest;
        }

        rest += form == '%' ? "%" : "";
        (whole, rest) = char.IsAsciiLetterUpper(spec.Type) ? (whole.ToUpperInvariant(), rest.ToUpperInvariant()) : (whole, rest);
        // Infinity is a word, which is not grouped.
        spec = end == 0 ? spec with { Grouping = '\0' } : spec;
        return spec.Pad(Sign(spec, double.IsNegative(value) && !double.IsNaN(value)), whole, rest, '>');
    }

    private static string Sign(FormatSpec spec, bool negative) => negative ? "-" : spec.Sign is '+' or ' ' ? spec.Sign.ToString() : "";

    private static string Digits(BigInteger value, int radix)
    {
        if (radix == 10 || value.IsZero)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        StringBuilder result = new();
        for (; !value.IsZero; value /= radix)
        {
            result.Insert(0, "0123456789abcdef"[(int)(value % radix)]);
        }

        return result.ToString();
    }
}
