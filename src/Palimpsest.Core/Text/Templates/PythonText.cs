using System.Globalization;
using System.Numerics;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Values as Python prints them.</summary>
internal static class PythonText
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Show(object? value, TemplateBudget budget) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Represent(value, budget),
    };

    /// <summary><c>repr(value)</c>.</summary>
    public static string Represent(object? value, TemplateBudget budget)
    {
        StringBuilder result = new();
        Append(result, value, budget);
        return result.ToString();
    }

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        BigInteger => "int",
        double => "float",
        string => "str",
        TemplateDictionary => "dict",
        TemplateSequence { Shown: not null } => "range",
        TemplateSequence { Kind: SequenceKind.List } => "list",
        TemplateSequence { Kind: SequenceKind.Tuple } => "tuple",
        TemplateSequence { Kind: SequenceKind.Generator } => "generator",
        TemplateSequence => "dict_view",
        TemplateNamespace => "Namespace",
        TemplateFunction => "function",
        LoopState => "LoopContext",
        Undefined => "Undefined",
        _ => "object",
    };

    /// <summary>The shortest digits that give the number back, with an exponent below 1e-4 and from 1e16.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // Either of the two ways in which .NET writes the shortest digits: plain, or with an exponent.
        string shortest = value.ToString("R", CultureInfo.InvariantCulture).TrimStart('-');
        int mark = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = mark < 0 ? shortest : shortest[..mark];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string all = mantissa.Replace(".", "", StringComparison.Ordinal), digits = all.TrimStart('0');
        if (digits.Length == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        int exponent = (point < 0 ? mantissa.Length : point) - 1 - (all.Length - digits.Length) + (mark < 0 ? 0 : int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        digits = digits.TrimEnd('0');
        string sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : digits.Length <= exponent + 1 ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0" : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>A string in quotes, single ones unless it has one and no double quotes.</summary>
    public static string Quote(string text)
    {
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        StringBuilder result = new(text.Length + 2);
        result.Append(quote);
        for (int i = 0, length; i < text.Length; i += length)
        {
            int codePoint = CodePoints.At(text, i, out length);
            switch (codePoint)
            {
                case '\n':
                    result.Append("\\n");
                    break;
                case '\r':
                    result.Append("\\r");
                    break;
                case '\t':
                    result.Append("\\t");
                    break;
                case '\\':
                    result.Append("\\\\");
                    break;
                case int same when same == quote:
                    result.Append('\\').Append(quote);
                    break;
                case int odd when !PythonCharacters.Printable.Contains(odd):
                    result.Append(Escape(odd));
                    break;
                default:
                    result.Append(text, i, length);
                    break;
            }
        }

        return result.Append(quote).ToString();
    }

    /// <summary>A text with everything beyond ASCII as escapes, which <c>ascii</c> makes of what <c>repr</c> gives.</summary>
    public static string Ascii(string text)
    {
        StringBuilder result = new();
        foreach (int codePoint in CodePoints.All(text))
        {
            result.Append(codePoint < 0x80 ? ((char)codePoint).ToString() : Escape(codePoint));
        }

        return result.ToString();
    }

    private static string Escape(int codePoint) => codePoint <= 0xFF ? $"\\x{codePoint:x2}" : codePoint <= 0xFFFF ? $"\\u{codePoint:x4}" : $"\\U{codePoint:x8}";

    private static void Append(StringBuilder result, object? value, TemplateBudget budget)
    {
        budget.Step();
        int before = result.Length;
        switch (value)
        {
            case null:
                result.Append("None");
                break;
            case bool flag:
                result.Append(flag ? "True" : "False");
                break;
            case BigInteger number:
                result.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                result.Append(Number(number));
                break;
            case string text:
                result.Append(Quote(text));
                break;
            case Undefined:
                result.Append("Undefined");
                break;
            case TemplateSequence { Shown: string shown }:
                result.Append(shown);
                break;
            case TemplateSequence { Kind: SequenceKind.List or SequenceKind.Tuple } row:
                bool list = row.Kind == SequenceKind.List;
                result.Append(list ? '[' : '(');
                for (int i = 0; i < row.Items.Count; i++)
                {
                    result.Append(i > 0 ? ", " : "");
                    Append(result, row.Items[i], budget);
                }

                result.Append(list ? "]" : row.Items.Count == 1 ? ",)" : ")");
                return;
            case TemplateDictionary dictionary:
                result.Append('{');
                for (int i = 0; i < dictionary.Count; i++)
                {
                    result.Append(i > 0 ? ", " : "");
                    Append(result, dictionary.Items[i].Key, budget);
                    result.Append(": ");
                    Append(result, dictionary.Items[i].Value, budget);
                }

                result.Append('}');
                return;
            default:
                throw new TemplateException($"a {TypeName(value)} has no text that could be printed; use \"| list\" for what can be walked through");
        }

        budget.Charge(result.Length - before);
    }
}
