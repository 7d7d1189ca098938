using System.Text.Json.Nodes;
using Palimpsest.Models.Sources;
using Palimpsest.Text;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks a tokenizer against reference encodings, for equality.</summary>
internal static class TokenizerParity
{
    /// <summary>One encoding a line: <c>text</c>, <c>ids</c>, <c>ids_no_special</c> and <c>decoded_skip_special</c> where they differ from what follows from the others.</summary>
    public const string FileName = "vectors.jsonl";

    /// <summary>How many lines of <see cref="FileName"/> the folder's tokenizer encodes or decodes otherwise.</summary>
    public static ParityRow Check(string folder)
    {
        string path = Path.Combine(folder, FileName);
        Tokenizer tokenizer = Tokenizer.Load(folder);
        (int different, int number) = (0, 0);
        foreach (string line in File.ReadLines(path))
        {
            number++;
            JsonObject item = Parse(line) ?? throw new PalimpsestException($"{path} line {number}: is not a JSON object with \"text\" and \"ids\".");
            string text = item["text"]!.ToString();
            int[] ids = Ids(item["ids"]!), plain = item["ids_no_special"] is JsonNode node ? Ids(node) : ids;
            bool decodes = item["decoded_skip_special"] is not JsonNode decoded || tokenizer.Decode(ids) == decoded.ToString();
            different += ids.SequenceEqual(tokenizer.Encode(text)) && plain.SequenceEqual(tokenizer.Encode(text, addSpecialTokens: false)) && decodes ? 0 : 1;
        }

        return new ParityRow($"tokenizer ({number} texts)", different, 0, "items");
    }

    /// <summary>How many <c>texts</c> of an <c>expected.json</c> the tokenizer in a model encodes otherwise.</summary>
    public static ParityRow CheckTexts(ModelSource source, JsonArray texts)
    {
        Tokenizer tokenizer = source.ReadTokenizer();
        int different = texts.Count(item => !Ids(item!["ids"]!).SequenceEqual(tokenizer.Encode(item["text"]!.ToString(), addSpecialTokens: false)));
        return new ParityRow($"tokenizer ({texts.Count} texts)", different, 0, "items");
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject item && item["text"] is JsonValue && item["ids"] is JsonArray ? item : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static int[] Ids(JsonNode node) => [.. node.AsArray().Select(id => (int)id!)];
}
