using System.Globalization;
using System.Numerics;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <content>Single fields: width, sign, digits.</content>
internal static partial class PythonFormat
{
    private static string Value(object? value, string text, TemplateBudget budget)
    {
        if (text.Length == 0)
        {
            return PythonText.Show(value, budget);
        }

        FormatSpec spec = new();
        int i = 0;
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
        {
            spec = spec with { Fill = text[0], Align = text[1] };
            i = 2;
        }
        else if (text[0] is '<' or '>' or '^' or '=')
        {
            spec = spec with { Align = text[0] };
            i = 1;
        }

        if (i < text.Length && text[i] is '+' or '-' or ' ')
        {
            spec = spec with { Sign = text[i++] };
        }

        if (i < text.Length && text[i] == '0')
        {
            spec = spec.Align == '\0' ? spec with { Fill = '0', Align = '=' } : spec;
            i++;
        }

        spec = spec with { Width = ReadNumber(text, ref i, MaximumWidth) ?? 0 };
        if (i < text.Length && text[i] == ',')
        {
            spec = spec with { Grouped = true };
            i++;
        }

        if (i < text.Length && text[i] == '.')
        {
            i++;
            spec = spec with { Precision = ReadNumber(text, ref i, MaximumPrecision) ?? throw Incomplete() };
        }

        if (i < text.Length)
        {
            spec = spec with { Type = text[i++] };
        }

        if (i < text.Length || spec.Type is not ('\0' or 's' or 'd' or 'f' or 'F' or 'e' or 'E' or 'g' or 'G' or 'x' or 'X' or 'o' or 'b' or '%'))
        {
            throw new TemplateException($"the format \"{text}\" is not supported");
        }

        return PythonOperators.IsNumber(value) && spec.Type != 's' && !(value is bool && spec.Type == '\0') ? Number(spec, value) : Text(spec, PythonText.Show(value, budget));
    }

    private static string Text(FormatSpec spec, string text)
    {
        if (spec.Precision is int most && PythonString.Length(text) > most)
        {
            text = string.Concat(PythonString.Characters(text).Take(most));
        }

        return Pad(spec, "", text, '<');
    }

    private static string Number(FormatSpec spec, object? value)
    {
        bool negative;
        string digits;
        if (PythonOperators.Whole(value) is BigInteger whole && spec.Type is '\0' or 'd' or 'x' or 'X' or 'o' or 'b')
        {
            negative = whole.Sign < 0;
            digits = Digits(BigInteger.Abs(whole), spec.Type switch { 'x' or 'X' => 16, 'o' => 8, 'b' => 2, _ => 10 });
            digits = spec.Type == 'X' ? digits.ToUpperInvariant() : digits;
        }
        else
        {
            double number = PythonOperators.Float(value);
            negative = double.IsNegative(number);
            number = Math.Abs(number);
            int precision = spec.Precision ?? 6;
            digits = spec.Type switch
            {
                '\0' when spec.Precision is null => PythonText.Number(number),
                'f' or 'F' => number.ToString("F" + precision, CultureInfo.InvariantCulture),
                '%' => (number * 100).ToString("F" + precision, CultureInfo.InvariantCulture) + "%",
                'e' or 'E' => number.ToString((precision == 0 ? "0" : "0." + new string('0', precision)) + spec.Type + "+00", CultureInfo.InvariantCulture),
                _ => throw new TemplateException($"the number format \"{spec.Type}\" is not supported"),
            };
        }

        if (spec.Grouped)
        {
            int point = digits.IndexOf('.', StringComparison.Ordinal);
            for (int i = (point < 0 ? digits.Length : point) - 3; i > 0; i -= 3)
            {
                digits = digits.Insert(i, ",");
            }
        }

        return Pad(spec, negative ? "-" : spec.Sign is '+' or ' ' ? spec.Sign.ToString() : "", digits, '>');
    }

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

    private static string Pad(FormatSpec spec, string sign, string text, char align)
    {
        int missing = Math.Max(0, spec.Width - sign.Length - PythonString.Length(text));
        int left = (spec.Align == '\0' ? align : spec.Align) switch { '<' => 0, '^' => missing / 2, _ => missing };
        string before = new(spec.Fill, left), after = new(spec.Fill, missing - left);
        return spec.Align == '=' ? sign + before + text : before + sign + text + after;
    }

    private static int? ReadNumber(string text, ref int i, int maximum)
    {
        int start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        if (start == i)
        {
            return null;
        }

        return int.TryParse(text.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= maximum
            ? value
            : throw new TemplateException($"a width or precision of a format is more than {maximum}");
    }

    private static TemplateException Incomplete() => new("the format is incomplete: a bracket or a letter is missing");

    private readonly record struct FormatSpec()
    {
        public char Fill { get; init; } = ' ';

        public char Align { get; init; }

        public char Sign { get; init; }

        public int Width { get; init; }

        public int? Precision { get; init; }

        public bool Grouped { get; init; }

        public char Type { get; init; }
    }
}
