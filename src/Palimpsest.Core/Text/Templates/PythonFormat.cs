using System.Globalization;
using System.Numerics;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>Python's two ways to fill values into a text: <c>"%s" % x</c> and <c>"{}".format(x)</c>.</summary>
internal static partial class PythonFormat
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
                'd' or 'i' or 'u' when next is double endless && !double.IsFinite(endless) => throw new TemplateException($"cannot convert float {(double.IsNaN(endless) ? "NaN" : "infinity")} to integer"),
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
}
