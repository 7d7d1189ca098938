using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Palimpsest.Text;

/// <summary>Reads <c>tokenizer.json</c>; what is not understood is refused by name.</summary>
internal static class TokenizerReader
{
    // The splitting pattern of GPT-2, which ByteLevel applies unless told otherwise.
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public static Tokenizer Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            JsonObject json = JsonNode.Parse(stream, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) as JsonObject ?? throw new PalimpsestException("is not a JSON object");
            return new Tokenizer(Parts(json));
        }
        catch (PalimpsestException error)
        {
            throw new PalimpsestException($"{path}: {error.Message.TrimEnd('.')}.", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new PalimpsestException($"{path}: is not a well-formed tokenizer.json ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message})", error);
        }
    }

    private static TokenizerParts Parts(JsonObject json)
    {
        JsonObject model = json["model"] as JsonObject ?? throw new PalimpsestException("has no model");
        string type = model["type"]?.ToString() ?? "BPE";
        if (type != "BPE")
        {
            throw Unsupported("model type", type, "BPE");
        }

        foreach (string part in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (!string.IsNullOrEmpty(model[part]?.ToString()))
            {
                throw new PalimpsestException($"model part \"{part}\" is not supported");
            }
        }

        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach ((string token, JsonNode? id) in model["vocab"] as JsonObject ?? throw new PalimpsestException("has no model.vocab"))
        {
            vocabulary[token] = id is JsonValue value && value.TryGetValue(out int number) && number is >= 0 and < 1 << 24 ? number : throw new PalimpsestException($"gives token \"{token}\" an id that is not a number from 0 to 16777215");
        }

        AddedToken[] added = [.. (json["added_tokens"] as JsonArray ?? []).OfType<JsonObject>().Select(ReadAdded)];
        List<int> before = [], after = [];
        ReadTemplate(json["post_processor"], before, after);
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new BpeModel(
                vocabulary, (model["merges"] as JsonArray ?? throw new PalimpsestException("has no model.merges")).Select(Merge), model["unk_token"]?.ToString(), Flag(model, "byte_fallback"), Flag(model, "fuse_unk"), Flag(model, "ignore_merges")),
            AddedTokens = added,
            SpecialIds = added.Where(token => token.Special).Select(token => token.Id).ToHashSet(),
            Normalizers = [.. Flatten(json["normalizer"], "normalizers").Select(Normalizer)],
            PreTokenizers = [.. Flatten(json["pre_tokenizer"], "pretokenizers").Select(PreTokenizer)],
            Decoders = [.. Flatten(json["decoder"], "decoders").Select(Decoder)],
            Before = before,
            After = after,
        };
    }

    private static AddedToken ReadAdded(JsonObject token)
    {
        string content = token["content"]?.ToString() ?? "";
        AddedToken added = new((int?)token["id"] ?? -1, content, Flag(token, "special"), Flag(token, "normalized"), Flag(token, "lstrip"), Flag(token, "rstrip"), Flag(token, "single_word"));
        if (content.Length == 0 || added.Id is < 0 or >= 1 << 24)
        {
            throw new PalimpsestException("has an added token without content or proper id");
        }

        return added is { StripLeft: false, StripRight: false, SingleWord: false } ? added : throw new PalimpsestException($"added token \"{content}\" uses lstrip, rstrip or single_word, which are not supported");
    }

    private static (string Left, string Right) Merge(JsonNode? node)
    {
        if (node is JsonArray { Count: 2 } pair)
        {
            return (pair[0]!.ToString(), pair[1]!.ToString());
        }

        string text = node?.ToString() ?? "";
        int space = text.IndexOf(' ', Math.Min(1, text.Length));
        return space > 0 && space < text.Length - 1 ? (text[..space], text[(space + 1)..]) : throw new PalimpsestException($"has a merge \"{text}\" that is not a pair");
    }

    private static IEnumerable<JsonObject> Flatten(JsonNode? node, string children)
    {
        if (node is not JsonObject part)
        {
            return [];
        }

        return part["type"]?.ToString() == "Sequence" ? (part[children] as JsonArray ?? []).SelectMany(child => Flatten(child, children)) : [part];
    }

    private static Func<string, string> Normalizer(JsonObject part)
    {
        // Unicode normal forms are refused: without ICU, which a fresh machine may lack, .NET returns such text unchanged, and silently wrong ids are worse than none.
        string type = part["type"]?.ToString() ?? "";
        switch (type)
        {
            case "Prepend":
                string prefix = part["prepend"]!.ToString();
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                (string old, string content) = (Literal(part), part["content"]!.ToString());
                return text => text.Replace(old, content, StringComparison.Ordinal);
            default:
                throw Unsupported("normalizer", type, "Prepend, Replace (of a string), Sequence");
        }
    }

    private static Func<IEnumerable<string>, IEnumerable<string>> PreTokenizer(JsonObject part)
    {
        string type = part["type"]?.ToString() ?? "";
        switch (type)
        {
            case "ByteLevel":
                bool prefix = Flag(part, "add_prefix_space");
                CodePointRegex? regex = part["use_regex"] is JsonValue use && !use.GetValue<bool>() ? null : new CodePointRegex(Gpt2Pattern);
                return pieces => pieces.Select(piece => prefix && piece.Length > 0 && piece[0] != ' ' ? " " + piece : piece)
                    .SelectMany(piece => regex is null ? [piece] : regex.Split(piece).Select(p => piece.Substring(p.Start, p.Length)))
                    .Select(piece => ByteAlphabet.Encode(piece));
            case "Split" when part["behavior"]?.ToString() == "Isolated" && !Flag(part, "invert"):
                CodePointRegex pattern = new(part["pattern"]?["Regex"]?.ToString() ?? System.Text.RegularExpressions.Regex.Escape(Literal(part)));
                return pieces => pieces.SelectMany(piece => pattern.Split(piece).Select(p => piece.Substring(p.Start, p.Length)));
            case "Digits":
                CodePointRegex digits = new(Flag(part, "individual_digits") ? @"\p{N}" : @"\p{N}+");
                return pieces => pieces.SelectMany(piece => digits.Split(piece).Select(p => piece.Substring(p.Start, p.Length)));
            default:
                throw Unsupported("pre-tokenizer", type == "Split" ? $"Split with behavior {part["behavior"]}" : type, "ByteLevel, Split (Isolated), Digits, Sequence");
        }
    }

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Decoder(JsonObject part)
    {
        string type = part["type"]?.ToString() ?? "";
        switch (type)
        {
            case "ByteLevel":
                return TokenizerParts.DecodeByteLevel;
            case "ByteFallback":
                return TokenizerParts.DecodeByteFallback;
            case "Fuse":
                return tokens => [string.Concat(tokens)];
            case "Replace":
                (string old, string content) = (Literal(part), part["content"]!.ToString());
                return tokens => [.. tokens.Select(token => token.Replace(old, content, StringComparison.Ordinal))];
            case "Strip" when part["content"]?.ToString() is { Length: 1 } strip:
                (int start, int stop) = ((int?)part["start"] ?? 0, (int?)part["stop"] ?? 0);
                return tokens => TokenizerParts.DecodeStrip(tokens, strip[0], start, stop);
            default:
                throw Unsupported("decoder", type, "ByteLevel, ByteFallback, Fuse, Replace (of a string), Strip, Sequence");
        }
    }

    private static void ReadTemplate(JsonNode? node, List<int> before, List<int> after)
    {
        foreach (JsonObject part in Flatten(node, "processors"))
        {
            string type = part["type"]?.ToString() ?? "";
            if (type == "ByteLevel")
            {
                continue; // only moves offsets
            }

            if (type != "TemplateProcessing")
            {
                throw Unsupported("post-processor", type, "ByteLevel, TemplateProcessing, Sequence");
            }

            List<int> side = before;
            foreach (JsonObject item in (part["single"] as JsonArray ?? []).OfType<JsonObject>())
            {
                if (item["Sequence"] is not null)
                {
                    side = after;
                }
                else
                {
                    string name = item["SpecialToken"]?["id"]?.ToString() ?? "";
                    side.AddRange((part["special_tokens"]?[name]?["ids"] as JsonArray ?? throw new PalimpsestException($"has a template token \"{name}\" without ids")).Select(id => (int)id!));
                }
            }
        }
    }

    private static string Literal(JsonObject part) =>
        part["pattern"]?["String"]?.ToString() is { Length: > 0 } text ? text : throw new PalimpsestException($"part {part["type"]} has a pattern that is not a string, which is not supported");

    private static bool Flag(JsonObject json, string name) => json[name] is JsonValue value && value.GetValue<bool>();

    private static PalimpsestException Unsupported(string part, string name, string supported) => new(string.Create(CultureInfo.InvariantCulture, $"{part} \"{name}\" is not supported; supported: {supported}"));
}
