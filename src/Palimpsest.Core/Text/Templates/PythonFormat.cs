using System.Globalization;
using System.Numerics;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>Python's two ways to fill values into a text: <c>"%s" % x</c> and <c>"{}".format(x)</c>.</summary>
internal static class PythonFormat
{
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

            (FormatSpec spec, bool zeros) = (new FormatSpec(), false);
            for (; i < format.Length && format[i] is '-' or '0' or '+' or ' ' or '#'; i++)
            {
                zeros |= format[i] == '0';
                spec = format[i] switch
                {
                    '-' => spec with { Align = '<' },
                    '+' => spec with { Sign = '+' },
                    ' ' when spec.Sign != '+' => spec with { Sign = ' ' },
                    '#' => spec with { Alternate = true },
                    _ => spec,
                };
            }

            spec = spec with { Width = FormatSpec.ReadNumber(format, ref i, FormatSpec.MaximumWidth) ?? 0 };
            if (i < format.Length && format[i] == '.')
            {
                i++;
                spec = spec with { Precision = FormatSpec.ReadNumber(format, ref i, FormatSpec.MaximumPrecision) ?? 0 };
            }

            char type = i < format.Length ? format[i] : throw Incomplete();
            if (type == '%')
            {
                result.Append('%');
                continue;
            }

            object? next = key is null ? used < values.Count ? values[used++] : throw new TemplateException("not enough arguments for format string") : Field(value, key);
            spec = spec with { Align = spec.Align == '\0' ? '>' : spec.Align, Type = type is 'i' or 'u' ? 'd' : type };
            FormatSpec number = zeros && spec.Align != '<' ? spec with { Fill = "0", Align = '=' } : spec;
            result.Append(type switch
            {
                's' => FormatField.Text(spec, PythonText.Show(next, budget), '>'),
                'r' => FormatField.Text(spec, PythonText.Represent(next, budget), '>'),
                'a' => FormatField.Text(spec, PythonText.Ascii(PythonText.Represent(next, budget)), '>'),
                'c' => FormatField.Text(spec with { Precision = null }, Character(next), '>'),
                'd' or 'i' or 'u' when next is double endless && !double.IsFinite(endless) => throw new TemplateException($"cannot convert float {(double.IsNaN(endless) ? "NaN" : "infinity")} to integer"),
                'd' or 'i' or 'u' when next is double real => FormatField.Whole(number, new BigInteger(Math.Truncate(real))),
                'd' or 'i' or 'u' or 'x' or 'X' or 'o' when PythonOperators.Whole(next) is BigInteger whole => FormatField.Whole(number, whole),
                'f' or 'F' or 'e' or 'E' or 'g' or 'G' when PythonOperators.IsNumber(next) => FormatField.Real(number, PythonOperators.Float(next)),
                'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'f' or 'F' or 'e' or 'E' or 'g' or 'G' => throw new TemplateException($"%{type} format: a real number is required, not {PythonText.TypeName(next)}"),
                _ => throw new TemplateException($"the format \"%{type}\" is not supported"),
            });
            budget.Charge(result.Length);
        }

        // A dictionary or a list may stay unused.
        bool all = used == values.Count || value is TemplateDictionary or TemplateSequence { Kind: SequenceKind.List };
        return all ? result.ToString() : throw new TemplateException("not all arguments converted during string formatting");

        object? Field(object? owner, string name) =>
            owner is TemplateDictionary dictionary && dictionary.TryGet(name, out object? found) ? found : throw new TemplateException($"there is no value for \"%({name})\"");
    }

    public static string Braces(string format, CallArguments arguments, TemplateBudget budget)
    {
        int next = 0;
        bool? counted = null;
        return Fill(format, 2);

        string Fill(string text, int depth)
        {
            if (depth == 0)
            {
                throw new TemplateException("a format within the format of a field holds one more");
            }

            StringBuilder result = new();
            for (int i = 0; i < text.Length; i++)
            {
                char character = text[i];
                if (character is '{' or '}' && i + 1 < text.Length && text[i + 1] == character)
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

                int close = Close(text, i);
                result.Append(Field(text[(i + 1)..close], depth));
                budget.Charge(result.Length);
                i = close;
            }

            return result.ToString();
        }

        string Field(string inside, int depth)
        {
            // Brackets of an index may hold a colon.
            int end = 0;
            for (bool bracket = false; end < inside.Length && (bracket || inside[end] is not (':' or '!')); end++)
            {
                bracket = inside[end] == '[' || (bracket && inside[end] != ']');
            }

            string name = inside[..end], rest = inside[end..];
            char conversion = '\0';
            if (rest.StartsWith('!'))
            {
                (conversion, rest) = rest.Length > 1 && (rest.Length == 2 || rest[2] == ':') ? (rest[1], rest[2..]) : throw Incomplete();
            }

            object? value = Named(name);
            value = conversion switch
            {
                '\0' => value,
                's' => PythonText.Show(value, budget),
                'r' => PythonText.Represent(value, budget),
                'a' => PythonText.Ascii(PythonText.Represent(value, budget)),
                _ => throw new TemplateException($"the conversion \"!{conversion}\" is not supported"),
            };
            string spec = rest.Length > 0 ? rest[1..] : "";
            return FormatField.Value(value, spec.AsSpan().ContainsAny('{', '}') ? Fill(spec, depth - 1) : spec, budget);
        }

        object? Named(string path)
        {
            int end = path.AsSpan().IndexOfAny('.', '[') is int at and >= 0 ? at : path.Length;
            string name = path[..end];
            bool automatic = name.Length == 0, place = automatic || name.All(char.IsAsciiDigit);
            if (place && (counted ??= automatic) != automatic)
            {
                throw new TemplateException("cannot switch between counted and numbered fields of a format");
            }

            object? value = automatic ? At(next++) : place && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                ? At(index) : ByName(name);
            while (end < path.Length)
            {
                bool byDot = path[end] == '.';
                int stop = byDot ? path.AsSpan(end + 1).IndexOfAny('.', '[') : path.AsSpan(end + 1).IndexOf(']');
                stop = stop >= 0 ? end + 1 + stop : byDot ? path.Length : throw Incomplete();
                string key = path[(end + 1)..stop];
                value = TemplateMembers.Get(value, !byDot && key.All(char.IsAsciiDigit) && key.Length is > 0 and < 10
                    ? BigInteger.Parse(key, NumberStyles.None, CultureInfo.InvariantCulture) : key, byDot, budget);
                end = byDot ? stop : stop + 1;
                if (!byDot && end < path.Length && path[end] is not ('.' or '['))
                {
                    throw Incomplete();
                }
            }

            return value;
        }

        object? At(int index) => index < arguments.Positional.Count ? arguments.Positional[index] : throw new TemplateException($"there is no argument {index} for the format");

        object? ByName(string name)
        {
            foreach ((string other, object? value) in arguments.Named)
            {
                if (other == name)
                {
                    return value;
                }
            }

            throw new TemplateException($"there is no argument \"{name}\" for the format");
        }
    }

    private static int Close(string text, int open)
    {
        for (int i = open + 1, depth = 1; i < text.Length; i++)
        {
            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw Incomplete();
    }

    private static string Character(object? value) =>
        PythonOperators.Whole(value) is BigInteger codePoint ? FormatField.Character(codePoint) : value is string text && PythonString.Length(text) == 1
            ? text : throw new TemplateException("%c requires int or char");

    private static TemplateException Incomplete() => new("the format is incomplete: a bracket or a letter is missing");
}
