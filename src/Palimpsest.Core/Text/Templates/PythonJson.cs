using System.Globalization;
using System.Numerics;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Values as Python's <c>json.dumps</c> writes them.</summary>
internal sealed class PythonJson(TemplateBudget budget)
{
    private readonly StringBuilder _result = new();

    /// <summary>Characters beyond ASCII are written as escapes.</summary>
    public bool EnsureAscii { get; init; }

    /// <summary>What a level is indented by; null for one line.</summary>
    public string? Indent { get; init; }

    /// <summary>Between items.</summary>
    public required string ItemSeparator { get; init; }

    /// <summary>Between key and value.</summary>
    public required string KeySeparator { get; init; }

    public bool SortKeys { get; init; }

    public string Write(object? value)
    {
        Append(value, 1);
        return _result.ToString();
    }

    private void Append(object? value, int level)
    {
        budget.Step();
        int before = _result.Length;
        switch (value)
        {
            case null:
                _result.Append("null");
                break;
            case bool flag:
                _result.Append(flag ? "true" : "false");
                break;
            case BigInteger number:
                _result.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                _result.Append(Number(number));
                break;
            case string text:
                AppendString(text);
                break;
            case TemplateSequence { Kind: SequenceKind.List or SequenceKind.Tuple, Shown: null } row:
                AppendItems('[', row.Items, ']', level, item => Append(item, level + 1));
                return;
            case TemplateDictionary dictionary:
                IEnumerable<KeyValuePair<object?, object?>> items = dictionary.Items;
                if (SortKeys)
                {
                    items = items.OrderBy(item => item.Key, Comparer<object?>.Create((a, b) => PythonOperators.Compare(a, b, budget)));
                }

                AppendItems('{', [.. items], '}', level, item =>
                {
                    AppendString(item.Key switch { string text => text, null => "null", true => "true", false => "false", double number => Number(number), _ => PythonText.Represent(item.Key, budget) });
                    _result.Append(KeySeparator);
                    Append(item.Value, level + 1);
                });
                return;
            default:
                throw new TemplateException($"Object of type {PythonText.TypeName(value)} is not JSON serializable");
        }

        budget.Charge(_result.Length - before);
    }

    private void AppendItems<T>(char open, IReadOnlyList<T> items, char close, int level, Action<T> append)
    {
        _result.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            _result.Append(i > 0 ? ItemSeparator : "");
            AppendLine(level);
            append(items[i]);
        }

        if (items.Count > 0)
        {
            AppendLine(level - 1);
        }

        _result.Append(close);
    }

    private void AppendLine(int level)
    {
        if (Indent is null)
        {
            return;
        }

        budget.Charge((long)level * Indent.Length);
        _result.Append('\n');
        for (int i = 0; i < level; i++)
        {
            _result.Append(Indent);
        }
    }

    private void AppendString(string text)
    {
        budget.Charge(text.Length);
        _result.Append('"');
        foreach (char character in CodePoints.WithoutLoneSurrogates(text))
        {
            int escape = "\"\\\n\r\t\f\b".IndexOf(character, StringComparison.Ordinal);
            if (escape >= 0)
            {
                _result.Append('\\').Append("\"\\nrtfb"[escape]);
            }
            else if (character < ' ' || (EnsureAscii && character >= '\u007F'))
            {
                _result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                _result.Append(character);
            }
        }

        _result.Append('"');
    }

    private static string Number(double value) => double.IsFinite(value) ? PythonText.Number(value) : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
