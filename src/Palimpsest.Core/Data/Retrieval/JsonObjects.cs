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
    /// <param name="path">The file, gzipped if its name ends in <c>.gz</c>.</param>
    /// <param name="known">The keys that are read. Others belong to whoever made the file, unless one is a slip for a known one that is missing.</param>
    public static IEnumerable<JsonObjects> Of(string path, params string[] known)
    {
        foreach ((int number, string line) in TextLines.Of(path))
        {
            JsonObjects item = new(Parse(line, $"{path} line {number}"), $"{path} line {number}");
            item.RefuseSlips(known);
            yield return item;
        }
    }

    public string Text(string key) => _value[key] is JsonValue value && value.TryGetValue(out string? text) ? text : throw Bad($"\"{key}\" is missing or is no text");

    public string TextOrEmpty(string key) => _value[key] is null ? "" : Text(key);

    public bool Flag(string key) => _value[key] is JsonNode node && (node is JsonValue value && value.TryGetValue(out bool flag)
        ? flag : throw Bad($"\"{key}\" must be true or false, but is {node.ToJsonString()}"));

    public List<JsonObjects> Items(string key) => _value[key] is JsonArray array
        ? [.. array.Select(item => item is JsonObject child ? new JsonObjects(child, $"{_place}, \"{key}\"") : throw Bad($"\"{key}\" holds something that is no object"))]
        : throw Bad($"\"{key}\" is missing or is no list");

    public PalimpsestException Bad(string what) => new($"{_place}: {what}.");

    private void RefuseSlips(string[] known)
    {
        string[] missing = [.. known.Where(key => !_value.ContainsKey(key))];
        foreach (string key in _value.Select(pair => pair.Key).Except(known))
        {
            if (NearestName.Find(key, missing) is string near && NearestName.Distance(key, near) <= 2)
            {
                throw Bad($"\"{key}\" is not read. Did you mean \"{near}\"");
            }
        }
    }

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
}
