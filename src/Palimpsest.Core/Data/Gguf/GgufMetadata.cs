using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Palimpsest.Data.Gguf;

/// <summary>The metadata of a GGUF file, in the order of the file. Immutable.</summary>
/// <remarks>
/// The getters convert between the widths of numbers, since writers differ in them, but never between kinds. <c>Find...</c> gives null for a key that is missing; the others refuse the file with
/// <see cref="GgufProblem.MissingKey"/>. A value of another kind is <see cref="GgufProblem.WrongValue"/> in both.
/// </remarks>
public sealed class GgufMetadata
{
    private readonly string _path;
    private readonly Dictionary<string, GgufValue> _values;
    private readonly ConcurrentDictionary<string, string> _notes = new(StringComparer.Ordinal);

    internal GgufMetadata(string path, Dictionary<string, GgufValue> values)
    {
        _path = path;
        _values = values;
    }

    /// <summary>All values by key.</summary>
    public IReadOnlyDictionary<string, GgufValue> Values => _values;

    /// <summary>What was read otherwise than it stands there, as llama.cpp does: a sentence a key, so far.</summary>
    public IReadOnlyCollection<string> Notes => [.. _notes.OrderBy(note => note.Key, StringComparer.Ordinal).Select(note => note.Value)];

    /// <summary>A text.</summary>
    /// <exception cref="GgufException">The key is missing or no text.</exception>
    public string Text(string key) => FindText(key) ?? throw Missing(key);

    /// <summary>A text, or null.</summary>
    /// <exception cref="GgufException">The value is no text.</exception>
    public string? FindText(string key) => TryFind(key, out object? content) ? content as string ?? throw Wrong(key, "a text") : null;

    /// <summary>A whole number of any width.</summary>
    /// <exception cref="GgufException">The key is missing, or no whole number below 2^63.</exception>
    public long Integer(string key) => FindInteger(key) ?? throw Missing(key);

    /// <summary>A whole number of any width, or null.</summary>
    /// <exception cref="GgufException">The value is no whole number below 2^63.</exception>
    public long? FindInteger(string key) => TryFind(key, out object? content) ? AsInteger(content) ?? throw Wrong(key, "a whole number below 2^63") : null;

    /// <summary>A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    /// <exception cref="GgufException">The key is missing, or the value is outside.</exception>
    public int Integer(string key, int minimum, int maximum) => FindInteger(key, minimum, maximum) ?? throw Missing(key);

    /// <summary>A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>, or null.</summary>
    /// <exception cref="GgufException">The value is outside.</exception>
    public int? FindInteger(string key, int minimum, int maximum)
    {
        long? value = FindInteger(key);
        return value is null ? null : value >= minimum && value <= maximum ? (int)value : throw Wrong(key, string.Create(CultureInfo.InvariantCulture, $"from {minimum} to {maximum}"));
    }

    /// <summary>A number of either floating-point type.</summary>
    /// <exception cref="GgufException">The key is missing or no floating-point number.</exception>
    public double Number(string key) => FindNumber(key) ?? throw Missing(key);

    /// <summary>A number of either floating-point type, or null.</summary>
    /// <exception cref="GgufException">The value is no floating-point number.</exception>
    public double? FindNumber(string key) => TryFind(key, out object? content)
        ? content switch
        {
            float value => value,
            double value => value,
            _ => throw Wrong(key, "a floating-point number"),
        }
        : null;

    /// <summary>A truth value, or null.</summary>
    /// <exception cref="GgufException">The value is no truth value.</exception>
    public bool? FindFlag(string key) => TryFind(key, out object? content) ? content as bool? ?? throw Wrong(key, "a truth value") : null;

    /// <summary>A list of texts.</summary>
    /// <exception cref="GgufException">The key is missing or no array of texts.</exception>
    public IReadOnlyList<string> Texts(string key) => FindTexts(key) ?? throw Missing(key);

    /// <summary>A list of texts, or null.</summary>
    /// <exception cref="GgufException">The value is no array of texts.</exception>
    public IReadOnlyList<string>? FindTexts(string key) => TryFind(key, out object? content) ? Items(content) as string[] ?? throw Wrong(key, "an array of texts") : null;

    /// <summary>A list of whole numbers of any width, or null.</summary>
    /// <exception cref="GgufException">The value is no array of whole numbers below 2^63.</exception>
    public IReadOnlyList<long>? FindIntegers(string key)
    {
        if (!TryFind(key, out object? content))
        {
            return null;
        }

        Array items = Items(content) ?? throw Wrong(key, "an array of whole numbers");
        long[] numbers = new long[items.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = AsInteger(items.GetValue(i)!) ?? throw Wrong(key, "an array of whole numbers below 2^63");
        }

        return numbers;
    }

    /// <summary>A list of f32 numbers, or null.</summary>
    /// <exception cref="GgufException">The value is no array of f32 numbers.</exception>
    public IReadOnlyList<float>? FindNumbers(string key) => TryFind(key, out object? content) ? Items(content) as float[] ?? throw Wrong(key, "an array of Float32") : null;

    /// <summary>The id of a special token, or null. One that points to no token is passed over with a note, as llama.cpp does: converters wrote -1 for
    /// none.</summary>
    /// <param name="role">Such as <c>eos</c>.</param>
    /// <param name="tokens">How many tokens there are.</param>
    /// <exception cref="GgufException">The value is no whole number.</exception>
    public int? FindSpecialToken(string role, int tokens)
    {
        string key = $"tokenizer.ggml.{role}_token_id";
        if (FindInteger(key) is not long id || (id >= 0 && id < tokens))
        {
            return (int?)FindInteger(key);
        }

        Note(key, string.Create(CultureInfo.InvariantCulture, $"its {key} is {id}, which is none of the {tokens} tokens, so it is passed over"));
        return null;
    }

    /// <summary>Keeps a note about a key.</summary>
    internal void Note(string key, string what) => _notes[key] = $"{_path}: {what}.";

    internal GgufException Missing(string key) => Bad(GgufProblem.MissingKey, $"has no metadata \"{key}\"");

    internal GgufException Wrong(string key, string expected)
    {
        GgufValue value = _values[key];
        string found = value.Content switch
        {
            GgufArray array => $"an array of {array.Items.Length} {array.ElementType}",
            string text => $"the text \"{(text.Length <= 60 ? text : text[..60] + "...")}\"",
            object other => string.Create(CultureInfo.InvariantCulture, $"the {value.Type} {other}"),
        };
        return Bad(GgufProblem.WrongValue, $"metadata \"{key}\" is {found}; it must be {expected}");
    }

    internal GgufException Bad(GgufProblem problem, string what, Exception? cause = null) => new(problem, $"{_path}: {what}", cause);

    private static Array? Items(object content) => (content as GgufArray)?.Items;

    private static long? AsInteger(object content) => content switch
    {
        byte value => value,
        sbyte value => value,
        ushort value => value,
        short value => value,
        uint value => value,
        int value => value,
        long value => value,
        ulong value when value <= long.MaxValue => (long)value,
        _ => null,
    };

    private bool TryFind(string key, [NotNullWhen(true)] out object? content)
    {
        ArgumentNullException.ThrowIfNull(key);
        content = _values.TryGetValue(key, out GgufValue? value) ? value.Content : null;
        return content is not null;
    }
}
