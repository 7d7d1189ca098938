using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Palimpsest.Text;

/// <summary>Writes a byte-level BPE vocabulary as a <c>tokenizer.json</c>.</summary>
internal static class TokenizerWriter
{
    /// <summary>Indented, and without escapes for what JSON allows as it is.</summary>
    public static JsonSerializerOptions Json { get; } = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<string> tokens, IReadOnlyList<(int Left, int Right)> merges, BpeTrainerOptions options)
    {
        JsonObject vocabulary = [];
        for (int id = 0; id < tokens.Count; id++)
            vocabulary.Add(tokens[id], id);
        JsonObject file = new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. options.SpecialTokens.Select(AddedToken)]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = options.IndividualDigits
                ? new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, ByteLevel()) }
                : ByteLevel(),
            ["post_processor"] = options.BeginToken is null ? ByteLevel() : Template(options.BeginToken, tokens.ToList().IndexOf(options.BeginToken)),
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => new JsonArray(tokens[merge.Left], tokens[merge.Right]))]),
            },
        };
        return file.ToJsonString(Json);
    }

    private static JsonObject AddedToken(string content, int id) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };

    // The reference library wants the form for two texts too, though only one text can be encoded here.
    private static JsonObject Template(string begin, int id) => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray(Special(begin, 0), Sequence("A", 0)),
        ["pair"] = new JsonArray(Special(begin, 0), Sequence("A", 0), Special(begin, 1), Sequence("B", 1)),
        ["special_tokens"] = new JsonObject { [begin] = new JsonObject { ["id"] = begin, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(begin) } },
    };

    private static JsonObject Special(string token, int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };

    private static JsonObject Sequence(string name, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
}
