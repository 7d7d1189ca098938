using System.Text.Json;
using Palimpsest.Text.Decoding;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.PostProcessing;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Text;

/// <summary>Reads <c>tokenizer.json</c> and the roles that the files beside it give to tokens.</summary>
internal static class TokenizerReader
{
    private static readonly string[] s_roles = ["bos_token", "eos_token", "pad_token", "unk_token"];

    public static TokenizerParts Read(TokenizerFiles files)
    {
        try
        {
            return ReadParts(files);
        }
        catch (InvalidOperationException error)
        {
            // The one thing that JSON syntax allows and a string cannot hold: half of a surrogate pair, or bytes that are not UTF-8, in a key.
            throw new PalimpsestException($"{files.Name}: a key is not valid Unicode text. Download or copy the file again.", error);
        }
    }

    private static TokenizerParts ReadParts(TokenizerFiles files)
    {
        using JsonDocument document = Parse(files.Find(TokenizerFiles.Main)!, files.Name);
        JsonPart root = new(document.RootElement, files.Name, "");
        root.AllowOnly("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");

        // The normalizer comes first: added tokens are looked for in their own normal form.
        Normalizer? normalizer = root.Find("normalizer") is JsonPart normalizerPart ? NormalizerReader.Read(normalizerPart) : null;
        return new TokenizerParts
        {
            AddedTokens = AddedTokenReader.Read(root, normalizer),
            Normalizer = normalizer,
            PreTokenizer = root.Find("pre_tokenizer") is JsonPart preTokenizer ? PreTokenizerReader.Read(preTokenizer) : null,
            Model = ModelReader.Read(root.Get("model")),
            PostProcessor = root.Find("post_processor") is JsonPart postProcessor ? PostProcessorReader.Read(postProcessor) : null,
            Decoder = root.Find("decoder") is JsonPart decoder ? DecoderReader.Read(decoder) : null,
            Roles = ReadRoles(files),
        };
    }

    // tokenizer_config.json is the newer file and wins over special_tokens_map.json.
    private static Dictionary<string, string> ReadRoles(TokenizerFiles files)
    {
        Dictionary<string, string> roles = new(StringComparer.Ordinal);
        string folder = Path.GetDirectoryName(files.Name) ?? "";
        foreach (string name in (string[])[TokenizerFiles.Config, TokenizerFiles.SpecialMap])
        {
            if (files.Find(name) is not byte[] bytes)
                continue;
            string path = Path.Combine(folder, name);
            using JsonDocument document = Parse(bytes, path);
            JsonPart root = new(document.RootElement, path, "");
            foreach (string role in s_roles)
            {
                if (root.Find(role) is JsonPart token)
                    roles.TryAdd(role, token.Value.ValueKind == JsonValueKind.Object ? token.Text("content") : token.AsText());
            }
        }

        return roles;
    }

    private static JsonDocument Parse(byte[] bytes, string name)
    {
        try
        {
            ReadOnlyMemory<byte> json = bytes;
            return JsonDocument.Parse(bytes.AsSpan().StartsWith("\uFEFF"u8) ? json[3..] : json);
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{name}: it is not valid JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}). Download or copy the file again.", error);
        }
    }
}
