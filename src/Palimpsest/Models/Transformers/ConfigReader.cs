using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;

namespace Palimpsest.Models.Transformers;

/// <summary>Reads values out of a <c>config.json</c>; what is wrong is said with file and key.</summary>
internal sealed class ConfigReader
{
    private const int MostLayers = 10_000;
    private readonly JsonObject _json;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private ConfigReader(string path, JsonObject json)
    {
        Path = path;
        _json = json;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The first name in <c>architectures</c>, or nothing.</summary>
    /// <exception cref="PalimpsestException">There are several: one model is one of them.</exception>
    public string Architecture => Take("architectures") switch
    {
        JsonArray { Count: > 1 } several => throw Bad($"architectures must name one, but is {several.ToJsonString()}"),
        JsonArray { Count: 1 } names => names[0]?.ToString() ?? "",
        _ => "",
    };

    /// <summary>What <c>model_type</c> says, or nothing.</summary>
    public string ModelType => Take("model_type")?.ToString() ?? "";

    /// <summary>Opens a file.</summary>
    /// <exception cref="PalimpsestException">It is missing or not a JSON object.</exception>
    public static ConfigReader Open(string path)
    {
        try
        {
            return new ConfigReader(path, StrictJson.ReadFile(path) as JsonObject ?? throw new PalimpsestException($"{path}: is not a JSON object."));
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}) A model folder holds config.json, model.safetensors and tokenizer.json.",
                error);
        }
    }

    public PalimpsestException Bad(string what) => new($"{Path}: {what}.");

    public bool Has(string key) => Take(key) is not null;

    /// <summary>Whether a list or an object is there and not empty.</summary>
    public bool HasEntries(string key) => Take(key) is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };

    /// <summary>An object inside, or null.</summary>
    public ConfigReader? Part(string key) => Take(key) is JsonObject part ? new ConfigReader(Path, part) : null;

    /// <summary>The keys of this object.</summary>
    public IEnumerable<string> Keys => _json.Select(pair => pair.Key);

    /// <summary>This object with some of its keys alone.</summary>
    public ConfigReader Only(IEnumerable<string> keys)
    {
        HashSet<string> kept = [.. keys];
        return new ConfigReader(Path, new JsonObject(_json.Where(pair => kept.Contains(pair.Key))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))));
    }

    /// <summary>Refuses keys that nobody asked for and that say something, and slips of the hand whatever they say.</summary>
    /// <param name="harmless">Keys that need not be asked for, and why.</param>
    /// <param name="within">The key of this object in the file, or nothing.</param>
    public void RefuseOthers(IReadOnlyDictionary<string, string>? harmless = null, string within = "")
    {
        string[] others =
        [
            .. from pair in _json
               where !_taken.Contains(pair.Key) && !(harmless?.ContainsKey(pair.Key) ?? false)
               let near = NearestName.Find(pair.Key, _taken.Except(Keys))
               where !SaysNothing(pair.Value) || (near is not null && pair.Value is not null && NearestName.Distance(pair.Key, near) <= 2)
               select $"{within}{pair.Key} = {Shown(pair.Value!)}{(near is null ? "" : $" (did you mean {within}{near}?)")}",
        ];
        if (others.Length > 0)
        {
            throw Bad(
                $"asks for what is not supported: {string.Join("; ", others)}. "
                + "Take out a key that changes nothing of what the model computes; with the others it is another model");
        }

        static string Shown(JsonNode value) => value.ToJsonString() is { Length: > 100 } text ? text[..100] + "..." : value.ToJsonString();
    }

    public int Integer(string key, int? fallback = null)
    {
        if (Take(key) is JsonValue value)
        {
            return value.TryGetValue(out int number) && number is >= 0 and <= 1 << 28
                ? number : throw Bad($"{key} must be a whole number from 0 to 268435456, but is {value.ToJsonString()}");
        }

        return fallback ?? throw Bad($"{key} is missing");
    }

    /// <summary>The id of a token, or null; some files write -1 for none.</summary>
    public int? Token(string key) => Take(key) is JsonValue value && !(value.TryGetValue(out int id) && id == -1) ? Integer(key) : null;

    /// <summary>A number of at least 1.</summary>
    public int Positive(string key, int? fallback = null) => Integer(key, fallback) is > 0 and int value ? value : throw Bad($"{key} must be at least 1");

    /// <summary>A number of layers; bounded, because a name is made for each before anything else is known of the weights.</summary>
    public int Layers(string key, int? fallback = null) =>
        Positive(key, fallback) is <= MostLayers and int value ? value : throw Bad($"{key} must be at most {MostLayers}");

    /// <summary>One number, a list of numbers, or nothing.</summary>
    public IReadOnlyList<int> Integers(string key) => Take(key) switch
    {
        JsonArray many =>
            [.. many.Select(item => item is JsonValue value && value.TryGetValue(out int id)
            ? id : throw Bad($"{key} must hold whole numbers, but is {many.ToJsonString()}"))],
        JsonValue => [Integer(key)],
        _ => [],
    };

    /// <summary>Texts: one or a list of them, or nothing.</summary>
    public IReadOnlyList<string> Texts(string key) => Take(key) switch
    {
        JsonArray many =>
            [.. many.Select(item => item is JsonValue value && value.TryGetValue(out string? text)
            ? text : throw Bad($"{key} must hold texts, but is {many.ToJsonString()}"))],
        JsonValue one => [one.TryGetValue(out string? text) ? text : throw Bad($"{key} must be a text or a list of texts, but is {one.ToJsonString()}")],
        _ => [],
    };

    /// <summary>A value as it stands in the file.</summary>
    public string Raw(string key) => _json[key]?.ToJsonString() ?? "null";

    /// <summary>The object as JSON.</summary>
    public override string ToString() => _json.ToJsonString();

    public double Number(string key, double fallback) =>
        Take(key) is not JsonValue value ? fallback
        : value.TryGetValue(out double number) ? number
        : throw Bad($"{key} must be a number, but is {value.ToJsonString()}");

    public double? FindNumber(string key) => Take(key) is JsonValue ? Number(key, 0) : null;

    public bool Flag(string key, bool fallback = false) =>
        Take(key) is not JsonValue value ? fallback
        : value.TryGetValue(out bool flag) ? flag
        : throw Bad($"{key} must be true or false, but is {value.ToJsonString()}");

    public string Text(string key, string fallback) => Take(key)?.ToString() ?? fallback;

    /// <summary>One of some texts.</summary>
    public string Choice(string key, IReadOnlyList<string> supported, string fallback)
    {
        string value = Text(key, fallback);
        return supported.Contains(value, StringComparer.Ordinal)
            ? value : throw Bad($"{key} \"{value}\" is not supported; supported: {string.Join(", ", supported)}");
    }

    private static bool SaysNothing(JsonNode? node) => node switch
    {
        null or JsonArray { Count: 0 } or JsonObject { Count: 0 } => true,
        JsonValue value when value.TryGetValue(out bool flag) => !flag,
        _ => false,
    };

    private JsonNode? Take(string key)
    {
        _taken.Add(key);
        return _json[key];
    }
}
