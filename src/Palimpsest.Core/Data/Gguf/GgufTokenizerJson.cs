using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Text;

namespace Palimpsest.Data.Gguf;

/// <summary>Writes what the metadata say about the tokenizer as a Hugging Face <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
internal static class GgufTokenizerJson
{
    private const string Sign = "\u2581";

    /// <summary>A byte-level BPE vocabulary. Bytes that have no token vanish, as they do in the reference.</summary>
    public static string ByteLevel(GgufVocabulary vocabulary, IReadOnlyList<string> merges, GgufPreTokenizer pre) => File(
        vocabulary,
        addsBegin: vocabulary.AddsBegin ?? pre.AddsBegin,
        normalizer: null,
        preTokenizer: PreTokenizer(pre),
        decoder: ByteLevel(useRegex: true),
        unknown: null, byteFallback: false, pre.IgnoreMerges, merges, static (writer, merge) => writer.WriteStringValue(merge));

    /// <summary>A SentencePiece vocabulary: spaces are written as U+2581, characters without a token as bytes.</summary>
    public static string SentencePiece(GgufVocabulary vocabulary, List<(int Left, int Right, int Merged)> merges)
    {
        JsonArray normalizers = [Replace(" ", Sign)], decoders = [Replace(Sign, " "), new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" }];
        if (vocabulary.AddsSpace)
        {
            normalizers.Insert(0, new JsonObject { ["type"] = "Prepend", ["prepend"] = Sign });
            decoders.Add(new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        }

        return File(
            vocabulary,
            addsBegin: vocabulary.AddsBegin ?? true,
            new JsonObject { ["type"] = "Sequence", ["normalizers"] = normalizers },
            preTokenizer: null,
            new JsonObject { ["type"] = "Sequence", ["decoders"] = decoders },
            vocabulary.Unknown, byteFallback: true, ignoreMerges: false, merges, (writer, merge) =>
            {
                writer.WriteStartArray();
                writer.WriteStringValue(vocabulary.Tokens[merge.Left]);
                writer.WriteStringValue(vocabulary.Tokens[merge.Right]);
                writer.WriteEndArray();
            });
    }

    /// <summary>The roles of tokens, and the chat templates by name.</summary>
    public static string Config(GgufVocabulary vocabulary, IReadOnlyDictionary<string, string> templates)
    {
        JsonObject config = new() { ["tokenizer_class"] = "PreTrainedTokenizerFast" };
        foreach ((string role, int? id) in (ReadOnlySpan<(string, int?)>)[("bos_token", vocabulary.Begin), ("eos_token", vocabulary.End), ("pad_token", vocabulary.Pad), ("unk_token", vocabulary.Unknown)])
        {
            if (id is not null)
            {
                config[role] = vocabulary.Tokens[id.Value];
            }
        }

        if (templates.Count > 0)
        {
            config["chat_template"] = templates.Count == 1 && templates.TryGetValue("default", out string? only) ? only
                : new JsonArray([.. templates.Select(named => new JsonObject { ["name"] = named.Key, ["template"] = named.Value })]);
        }

        return config.ToJsonString(TokenizerWriter.Json);
    }

    // The vocabulary and its merges are tens of thousands of values: written at once, where a tree of them would take a tenth of a second.
    private static string File<T>(
        GgufVocabulary vocabulary,
        bool addsBegin,
        JsonNode? normalizer,
        JsonNode? preTokenizer,
        JsonNode decoder,
        int? unknown,
        bool byteFallback,
        bool ignoreMerges,
        IReadOnlyList<T> merges,
        Action<Utf8JsonWriter, T> writeMerge)
    {
        JsonSerializerOptions style = TokenizerWriter.Json;
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = style.WriteIndented, NewLine = style.NewLine, Encoder = style.Encoder }))
        {
            writer.WriteStartObject();
            Write(writer, new JsonObject
            {
                ["version"] = "1.0",
                ["truncation"] = null,
                ["padding"] = null,
                ["added_tokens"] = new JsonArray(
                    [.. Enumerable.Range(0, vocabulary.Tokens.Count).Where(id => IsAdded(vocabulary.Types[id])).Select(id => AddedToken(vocabulary, id))]),
                ["normalizer"] = normalizer,
                ["pre_tokenizer"] = preTokenizer,
                ["post_processor"] = PostProcessor(vocabulary, addsBegin ? vocabulary.Begin : null, vocabulary.AddsEnd ? vocabulary.End : null),
                ["decoder"] = decoder,
            });
            writer.WriteStartObject("model");
            Write(writer, new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = unknown is null ? null : vocabulary.Tokens[unknown.Value],
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = true,
                ["byte_fallback"] = byteFallback,
                ["ignore_merges"] = ignoreMerges,
            });
            writer.WriteStartObject("vocab");
            for (int id = 0; id < vocabulary.Tokens.Count; id++)
            {
                writer.WriteNumber(vocabulary.Tokens[id], id);
            }

            writer.WriteEndObject();
            writer.WriteStartArray("merges");
            foreach (T merge in merges)
            {
                writeMerge(writer, merge);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonObject members)
    {
        foreach ((string name, JsonNode? value) in members)
        {
            writer.WritePropertyName(name);
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer);
            }
        }
    }

    private static bool IsAdded(GgufTokenType type) => type is GgufTokenType.Control or GgufTokenType.Unknown or GgufTokenType.UserDefined;

    private static JsonObject AddedToken(GgufVocabulary vocabulary, int id) => new()
    {
        ["id"] = id,
        ["content"] = vocabulary.Tokens[id],
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = vocabulary.Types[id] != GgufTokenType.UserDefined,
    };

    private static JsonObject PreTokenizer(GgufPreTokenizer pre)
    {
        JsonArray steps = [];
        if (pre.IndividualDigits)
        {
            steps.Add(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true });
        }

        foreach (string pattern in pre.Before.Append(pre.Pattern).OfType<string>())
        {
            steps.Add(new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = pattern },
                ["behavior"] = "Isolated",
                ["invert"] = false
            });
        }

        steps.Add(ByteLevel(useRegex: pre.Pattern is null));
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = steps };
    }

    private static JsonObject? PostProcessor(GgufVocabulary vocabulary, int? begin, int? end)
    {
        if (begin is null && end is null)
        {
            return null;
        }

        JsonObject special = [];
        JsonArray single = [new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }];
        foreach (int id in new[] { begin, end }.OfType<int>().Distinct())
        {
            string token = vocabulary.Tokens[id];
            special[token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) };
        }

        if (begin is not null)
        {
            single.Insert(0, Special(begin.Value));
        }

        if (end is not null)
        {
            single.Add(Special(end.Value));
        }

        return new JsonObject { ["type"] = "TemplateProcessing", ["single"] = single, ["pair"] = new JsonArray(), ["special_tokens"] = special };

        JsonNode Special(int id) => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = vocabulary.Tokens[id], ["type_id"] = 0 } };
    }

    private static JsonObject ByteLevel(bool useRegex) => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useRegex };

    private static JsonObject Replace(string from, string to) => new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = from }, ["content"] = to };
}
