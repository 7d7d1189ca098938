using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;

namespace Palimpsest.Models.Lora;

/// <summary>The keys of a JSON object, taken one by one with their types; what nobody took and says something is refused.</summary>
internal sealed class JsonFields
{
    private readonly string _path;
    private readonly JsonObject _json;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private JsonFields(string path, JsonObject json) => (_path, _json) = (path, json);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hint">What the reader may have meant, if the file cannot be read.</param>
    /// <exception cref="PalimpsestException">The file is missing or is no JSON object.</exception>
    public static JsonFields Read(string path, string hint)
    {
        try
        {
            JsonObject json = StrictJson.ReadFile(path) as JsonObject ?? throw new PalimpsestException($"{path}: is not a JSON object.");
            return new JsonFields(path, json);
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}) {hint}", error);
        }
    }

    /// <summary>The error of a key.</summary>
    public PalimpsestException Bad(string key, string problem) => new($"{_path}: {key} {problem}.");

    /// <summary>The value of a key, or null.</summary>
    public JsonNode? Take(string key)
    {
        _taken.Add(key);
        return _json[key];
    }

    public string? Text(string key) => Take(key) switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonNode other => throw Bad(key, $"must be text, but is {other.ToJsonString()}"),
    };

    public bool Flag(string key) => Take(key) switch
    {
        null => false,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        JsonNode other => throw Bad(key, $"must be true or false, but is {other.ToJsonString()}"),
    };

    public int Integer(string key, int fallback) => Take(key) is JsonNode node ? Integer(key, node) : fallback;

    public int Integer(string key, JsonNode node) =>
        node is JsonValue value && value.TryGetValue(out int number) ? number : throw Bad(key, $"must be a whole number, but is {node.ToJsonString()}");

    public double Number(string key, double fallback) => Take(key) is JsonNode node ? Number(key, node) : fallback;

    public double Number(string key, JsonNode node) =>
        node is JsonValue value && value.TryGetValue(out double number) ? number : throw Bad(key, $"must be a number, but is {node.ToJsonString()}");

    /// <summary>One number or a list of them.</summary>
    public IReadOnlyList<int> Integers(string key) => Take(key) switch
    {
        null => [],
        JsonArray many => [.. many.Select(item => item is null ? throw Bad(key, "must hold whole numbers, but holds null") : Integer(key, item))],
        JsonNode one => [Integer(key, one)],
    };

    /// <summary>A list of names, or one text.</summary>
    public (IReadOnlyList<string> Names, string? Text) NamesOrText(string key) => Take(key) switch
    {
        null => ([], null),
        JsonValue value when value.TryGetValue(out string? text) => ([], text),
        JsonArray many when many.All(item => item is JsonValue value && value.TryGetValue(out string? _)) => ([.. many.Select(item => (string)item!)], null),
        JsonNode other => throw Bad(key, $"must be text or a list of names, but is {other.ToJsonString()}"),
    };

    /// <summary>A section of names and values, in the file's order.</summary>
    public IReadOnlyDictionary<string, T> Pairs<T>(string key, Func<string, JsonNode, T> value)
    {
        OrderedDictionary<string, T> pairs = new(StringComparer.Ordinal);
        JsonNode? node = Take(key);
        if (node is not (null or JsonObject))
        {
            throw Bad(key, $"must be a section of names and numbers, but is {node.ToJsonString()}");
        }

        foreach ((string name, JsonNode? item) in node as JsonObject ?? [])
        {
            pairs.Add(name, value(key, item ?? throw Bad(key, $"\"{name}\" is empty")));
        }

        return pairs;
    }

    /// <summary>Refuses keys that nobody took, unless they are known to say nothing or are empty.</summary>
    public void RefuseOthers(IReadOnlyCollection<string> ignored)
    {
        string[] others = [.. _json.Where(pair => !_taken.Contains(pair.Key) && !ignored.Contains(pair.Key) && !IsEmpty(pair.Value)).Select(Shown)];
        if (others.Length > 0)
        {
            throw new PalimpsestException($"{_path}: asks for what is not supported: {string.Join("; ", others)}.");
        }

        string Shown(KeyValuePair<string, JsonNode?> pair) =>
            $"{pair.Key} = {pair.Value!.ToJsonString()}{(NearestName.Find(pair.Key, _taken) is string near ? $" (did you mean {near}?)" : "")}";
    }

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject section => section.Count == 0,
        JsonValue value when value.TryGetValue(out bool flag) => !flag,
        JsonValue value when value.TryGetValue(out string? text) => text.Length == 0,
        _ => false,
    };
}
