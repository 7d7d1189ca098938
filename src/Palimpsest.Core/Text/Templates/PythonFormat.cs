using System.Globalization;
using System.Numerics;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>Python's two ways to fill values into a text: <c>"%s" % x</c> and <c>"{}".format(x)</c>.</summary>
internal static class PythonFormat
{
    private const int MaximumWidth = 10_000;
    private const int MaximumPrecision = 100;

    public static string Percent(string format, object? value, TemplateBudget budget)
    {
        IReadOnlyList<object?> values = value is TemplateSequence { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [value];
        StringBuilder result = new();
        int used = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            string? key = null;
            if (++i < format.Length && format[i] == '(')
            {
                int close = format.IndexOf(')', i);
                key = close < 0 ? throw Incomplete() : format[(i + 1)..close];
                i = close + 1;
            }

            FormatSpec spec = new();
            for (; i < format.Length && format[i] is '-' or '0' or '+' or ' ' or '#'; i++)
            {
                spec = format[i] switch
                {
                    '-' => spec with { Align = '<' },
                    '0' when spec.Align != '<' => spec with { Fill = '0', Align = '=' },
                    '+' => spec with { Sign = '+' },
                    _ => spec,
                };
            }

            spec = spec with { Width = ReadNumber(format, ref i, MaximumWidth) ?? 0 };
            if (i < format.Length && format[i] == '.')
            {
                i++;
                spec = spec with { Precision = ReadNumber(format, ref i, MaximumPrecision) ?? 0 };
            }

            char type = i < format.Length ? format[i] : throw Incomplete();
            if (type == '%')
            {
                result.Append('%');
                continue;
            }

            object? next = key is null ? used < values.Count ? values[used++] : throw new TemplateException("not enough arguments for format string") : Field(value, key);
            spec = spec with { Align = spec.Align == '\0' ? '>' : spec.Align };
            result.Append(type switch
            {
                's' => Text(spec, PythonText.Show(next, budget)),
                'r' => Text(spec, PythonText.Represent(next, budget)),
                'd' or 'i' or 'u' when next is double number => Number(spec with { Type = 'd' }, new BigInteger(Math.Truncate(number))),
                'd' or 'i' or 'u' or 'x' or 'X' or 'o' when PythonOperators.IsNumber(next) => Number(spec with { Type = type is 'i' or 'u' ? 'd' : type }, next),
                'f' or 'F' or 'e' or 'E' or 'g' or 'G' when PythonOperators.IsNumber(next) => Number(spec with { Type = type }, PythonOperators.Float(next)),
                'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'f' or 'F' or 'e' or 'E' or 'g' or 'G' => throw new TemplateException($"%{type} format: a real number is required, not {PythonText.TypeName(next)}"),
                _ => throw new TemplateException($"the format \"%{type}\" is not supported"),
            });
            budget.Charge(result.Length);
        }

        bool all = used == values.Count || (value is TemplateDictionary && used == 0);
        return all ? result.ToString() : throw new TemplateException("not all arguments converted during string formatting");

        object? Field(object? owner, string name) =>
            owner is TemplateDictionary dictionary && dictionary.TryGet(name, out object? found) ? found : throw new TemplateException($"there is no value for \"%({name})\"");
    }

    public static string Braces(string format, CallArguments arguments, TemplateBudget budget)
    {
        StringBuilder result = new();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            char character = format[i];
            if (character is '{' or '}' && i + 1 < format.Length && format[i + 1] == character)
            {
                result.Append(character);
                i++;
                continue;
            }

            if (character != '{')
            {
                result.Append(character != '}' ? character : throw Incomplete());
                continue;
            }

            int close = format.IndexOf('}', i);
            string inside = close < 0 ? throw Incomplete() : format[(i + 1)..close];
            i = close;
            int colon = inside.IndexOf(':', StringComparison.Ordinal);
            string spec = colon < 0 ? "" : inside[(colon + 1)..], name = colon < 0 ? inside : inside[..colon];
            char conversion = name.Length >= 2 && name[^2] == '!' ? name[^1] : '\0';
            name = conversion == '\0' ? name : name[..^2];
            object? value = name.Length == 0 ? At(next++) : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? At(index) : Named(name);
            value = conversion switch { '\0' => value, 's' => PythonText.Show(value, budget), 'r' => PythonText.Represent(value, budget), _ => throw new TemplateException($"the conversion \"!{conversion}\" is not supported") };
            result.Append(Value(value, spec, budget));
            budget.Charge(result.Length);
        }

        return result.ToString();

        object? At(int index) => index < arguments.Positional.Count ? arguments.Positional[index] : throw new TemplateException($"there is no argument {index} for the format");

        object? Named(string name)
        {
            foreach ((string other, object? value) in arguments.Named)
            {
                if (other == name)
                {
                    return value;
                }
            }

            throw new TemplateException($"there is no argument \"{name}\" for the format; fields of arguments are not supported");
        }
    }

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
