using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Retrieval;

/// <summary>An object on a line of a file, read field by field with messages that name the line.</summary>
internal sealed class JsonObjects
{
    private readonly JsonObject _value;
    private readonly string _place;

    private JsonObjects(JsonObject value, string place) => (_value, _place) = (value, place);

    /// <summary>The objects of a file of JSON lines; blank lines do not count.</summary>
    public static IEnumerable<JsonObjects> Of(string path)
    {
        DataFile.Existing(path);
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader reader = new(stream);
        int number = 0;
        while (Line(reader, path, number) is string line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return new JsonObjects(Parse(line, $"{path} line {number}"), $"{path} line {number}");
            }
        }
    }

    public string Text(string key) => _value[key] is JsonValue value && value.TryGetValue(out string? text) ? text : throw Bad($"\"{key}\" is missing or is no text");

    public string TextOrEmpty(string key) => _value[key] is null ? "" : Text(key);

    public bool Flag(string key) => _value[key] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public List<JsonObjects> Items(string key) => _value[key] is JsonArray array
        ? [.. array.Select(item => item is JsonObject child ? new JsonObjects(child, $"{_place}, \"{key}\"") : throw Bad($"\"{key}\" holds something that is no object"))]
        : throw Bad($"\"{key}\" is missing or is no list");

    public PalimpsestException Bad(string what) => new($"{_place}: {what}.");

    private static JsonObject Parse(string line, string place)
    {
        try
        {
            return StrictJson.Parse(Encoding.UTF8.GetBytes(line)) as JsonObject ?? throw new PalimpsestException($"{place}: is no JSON object.");
        }
        catch (JsonException problem)
        {
            throw new PalimpsestException($"{place}: is not valid JSON ({problem.Message})", problem);
        }
    }

    private static string? Line(StreamReader reader, string path, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException problem)
        {
            throw new PalimpsestException($"{path}: the gzip data is damaged after line {number}.", problem);
        }
    }
}
