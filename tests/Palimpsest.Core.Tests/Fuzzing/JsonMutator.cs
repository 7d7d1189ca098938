using System.Text;
using System.Text.Json;

namespace Palimpsest.Tests.Fuzzing;

/// <summary>Writes a JSON document again with a few of its values damaged: of another type or size, removed, doubled under the same key, nested, or taken from elsewhere in it.</summary>
/// <remarks>It writes text of its own, since a JSON library refuses what the readers have to be shown.</remarks>
internal sealed class JsonMutator
{
    private static readonly string[] s_values =
        ["null", "true", "false", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"\":0}", "\"\\ud800\"", "\"\\u0000\"", "\"..\"", "\"/\"", "\"a\\ud800b\"", "\"\ud83d\ude00\"", "\"3\"", "-0", "[1,2,3]", "[\"a\",\"a\"]", "[\"\"]", "{\"a\":{\"a\":{}}}"];

    private readonly StringBuilder _text = new();
    private readonly Mutator _mutator;
    private readonly JsonElement[] _values;
    private readonly IReadOnlyList<string> _words;
    private readonly HashSet<int> _chosen = [];
    private int _next;

    private JsonMutator(JsonElement[] values, Mutator mutator, IReadOnlyList<string> words)
    {
        (_values, _mutator, _words) = (values, mutator, words);
        for (int i = 1 + mutator.Below(3); i > 0; i--)
        {
            _chosen.Add(mutator.Below(values.Length));
        }
    }

    /// <summary>A damaged form of a document.</summary>
    public static string Apply(JsonElement root, Mutator mutator, IReadOnlyList<string> words)
    {
        List<JsonElement> values = [];
        Collect(root, values);
        JsonMutator json = new([.. values], mutator, words);
        json.Write(root);
        return json._text.ToString();
    }

    private static void Collect(JsonElement value, List<JsonElement> values)
    {
        values.Add(value);
        IEnumerable<JsonElement> children = value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Select(property => property.Value),
            JsonValueKind.Array => value.EnumerateArray(),
            _ => [],
        };
        foreach (JsonElement child in children)
        {
            Collect(child, values);
        }
    }

    private void Write(JsonElement value)
    {
        if (_chosen.Contains(_next++))
        {
            Damage(value);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                _text.Append('{');
                bool first = true;
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    bool removed = _chosen.Contains(_next) && _mutator.Chance(5);
                    if (removed)
                    {
                        Skip(property.Value);
                        continue;
                    }

                    bool twice = _chosen.Contains(_next) && _mutator.Chance(6), renamed = _chosen.Contains(_next) && _mutator.Chance(8);
                    string key = renamed ? Word() : JsonSerializer.Serialize(property.Name);
                    _text.Append(first ? "" : ",").Append(key).Append(':');
                    first = false;
                    Write(property.Value);
                    if (twice)
                    {
                        _text.Append(',').Append(key).Append(':').Append(property.Value.GetRawText());
                    }
                }

                _text.Append('}');
                break;
            case JsonValueKind.Array:
                _text.Append('[');
                bool start = true;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    _text.Append(start ? "" : ",");
                    start = false;
                    Write(item);
                }

                _text.Append(']');
                break;
            default:
                _text.Append(value.GetRawText());
                break;
        }
    }

    private void Damage(JsonElement value)
    {
        Skip(value, counted: true);
        switch (_mutator.Below(9))
        {
            case 0 or 1:
                _text.Append(_mutator.Number());
                break;
            case 2 or 3:
                _text.Append(_mutator.Pick(s_values));
                break;
            case 4:
                _text.Append(_mutator.Pick(_values).GetRawText());
                break;
            case 5:
                int depth = 1 << _mutator.Below(12);
                string open = _mutator.Chance(2) ? "[" : "{\"a\":";
                _text.Insert(_text.Length, open, depth).Append(value.GetRawText()).Append(open == "[" ? ']' : '}', depth);
                break;
            case 6:
                _text.Append('"').Append(_mutator.Pick<char>(['a', ' ', '(', '\u4e2d', '0']), 1 << _mutator.Below(16)).Append('"');
                break;
            case 7:
                _text.Append(Word());
                break;
            default:
                string raw = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                string changed = _mutator.Text(raw, _words);
                _text.Append(value.ValueKind == JsonValueKind.String ? JsonSerializer.Serialize(changed) : changed);
                break;
        }
    }

    private string Word() => _mutator.Chance(4) ? "\"\\udc00\"" : JsonSerializer.Serialize(_mutator.Pick(_words));

    // Keeps the numbers of the values in step with the order in which they were collected.
    private void Skip(JsonElement value, bool counted = false)
    {
        List<JsonElement> skipped = [];
        Collect(value, skipped);
        _next += skipped.Count - (counted ? 1 : 0);
    }
}
