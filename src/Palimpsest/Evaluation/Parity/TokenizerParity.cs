using System.Text;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Data.Files;
using Palimpsest.Models.Sources;
using Palimpsest.Text;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks a tokenizer against reference encodings, for equality.</summary>
internal static class TokenizerParity
{
    /// <summary>One encoding a line: <c>text</c> and <c>ids</c>, and what else is to be compared.</summary>
    public const string FileName = "vectors.jsonl";

    private static readonly string[] s_compared = ["text", "ids", "ids_no_special", "ids_special_as_text", "decoded_skip_special", "decoded"];

    // Keys of the lists in use that are not compared, and why.
    private static readonly Dictionary<string, string> s_harmless = new(StringComparer.Ordinal)
    {
        ["cat"] = "what kind of text it is",
        ["tokens"] = "the ids in the spelling of the vocabulary",
        ["offsets"] = "there are no offsets here",
        ["offsets_utf16"] = "likewise",
    };

    /// <summary>How many lines of <see cref="FileName"/> the folder's tokenizer encodes or decodes otherwise.</summary>
    public static ParityRow Check(string folder)
    {
        string path = Path.Combine(folder, FileName);
        Tokenizer tokenizer = Tokenizer.Load(folder);
        (int different, int texts) = (0, 0);
        foreach ((int number, string line) in TextLines.Of(path))
        {
            texts++;
            JsonObject item = Parse(line) ?? throw new PalimpsestException($"{path} line {number}: is not a JSON object with \"text\" and \"ids\".");
            if (item.Select(pair => pair.Key).FirstOrDefault(key => !s_compared.Contains(key) && !s_harmless.ContainsKey(key)) is string unknown)
            {
                throw new PalimpsestException(
                    $"{path} line {number}: \"{unknown}\" cannot be compared. Known: {string.Join(", ", s_compared.Concat(s_harmless.Keys))}.");
            }

            string text = item["text"]!.ToString();
            int[] ids = Ids(item["ids"]!), plain = item["ids_no_special"] is JsonNode node ? Ids(node) : ids;
            bool same = ids.SequenceEqual(tokenizer.Encode(text)) && plain.SequenceEqual(tokenizer.Encode(text, addSpecialTokens: false))
                && (item["ids_special_as_text"] is not JsonNode asText
                    || Ids(asText).SequenceEqual(tokenizer.Encode(text, addSpecialTokens: false, specialTokensAsText: true)))
                && (item["decoded_skip_special"] is not JsonNode skipped || tokenizer.Decode(ids) == skipped.ToString())
                && (item["decoded"] is not JsonNode decoded || tokenizer.Decode(ids, skipSpecialTokens: false) == decoded.ToString());
            different += same ? 0 : 1;
        }

        return new ParityRow($"tokenizer ({texts} texts)", different, 0, "items");
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
            return StrictJson.Parse(Encoding.UTF8.GetBytes(line)) is JsonObject item && item["text"] is JsonValue && item["ids"] is JsonArray ? item : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static int[] Ids(JsonNode node) => [.. node.AsArray().Select(id => (int)id!)];
}
