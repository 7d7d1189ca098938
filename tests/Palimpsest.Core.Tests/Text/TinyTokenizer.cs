using System.Text.Json.Nodes;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

/// <summary>Builds small tokenizer files part by part. The vocabularies are made up here.</summary>
internal sealed class TinyTokenizer
{
    private readonly JsonObject _file = new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = null,
        ["pre_tokenizer"] = null,
        ["post_processor"] = null,
        ["decoder"] = null,
        ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = new JsonObject(), ["merges"] = new JsonArray() },
    };

    public string Json => _file.ToJsonString();

    /// <summary>Tokens get ids in order; merges are pairs "a b".</summary>
    public static TinyTokenizer Of(string tokens, params string[] merges)
    {
        TinyTokenizer tiny = new();
        JsonObject vocabulary = tiny._file["model"]!["vocab"]!.AsObject();
        foreach (string token in tokens.Split(' '))
            vocabulary.Add(token, vocabulary.Count);
        foreach (string merge in merges)
            tiny._file["model"]!["merges"]!.AsArray().Add((JsonNode)merge);
        return tiny;
    }

    /// <summary>A byte-level tokenizer: ids 0 to 255 are the bytes.</summary>
    public static TinyTokenizer Bytes(params string[] merges)
    {
        TinyTokenizer tiny = Of(string.Join(' ', ByteAlphabet.Characters.ToArray()), merges);
        foreach (string merge in merges)
            tiny._file["model"]!["vocab"]![merge.Replace(" ", "", StringComparison.Ordinal)] = tiny._file["model"]!["vocab"]!.AsObject().Count;
        return tiny.With("pre_tokenizer", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""").With("decoder", """{"type":"ByteLevel"}""");
    }

    public TinyTokenizer With(string part, string json)
    {
        _file[part] = JsonNode.Parse(json);
        return this;
    }

    public TinyTokenizer WithModel(string key, JsonNode? value)
    {
        _file["model"]![key] = value;
        return this;
    }

    public TinyTokenizer Without(string key)
    {
        _file["model"]!.AsObject().Remove(key);
        return this;
    }

    public TinyTokenizer Add(int id, string content, bool special = false, bool left = false, bool right = false, bool word = false, bool normalized = false)
    {
        _file["added_tokens"]!.AsArray().Add(new JsonObject
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = word,
            ["lstrip"] = left,
            ["rstrip"] = right,
            ["normalized"] = normalized,
            ["special"] = special,
        });
        return this;
    }

    public Tokenizer Parse(string? config = null) => Tokenizer.Parse(Json, config);
}
