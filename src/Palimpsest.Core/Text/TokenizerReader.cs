using System.Text.Json;
using Palimpsest.Text.Decoding;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.PostProcessing;
using Palimpsest.Text.PreTokenization;

namespace Palimpsest.Text;

/// <summary>Reads <c>tokenizer.json</c> and the roles that the files beside it give to tokens.</summary>
internal static class TokenizerReader
{
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

        using JsonDocument? configFile = Beside(files, TokenizerFiles.Config), mapFile = Beside(files, TokenizerFiles.SpecialMap),
            addedFile = Beside(files, TokenizerFiles.Added);
        TokenizerConfig config = new(Root(configFile, TokenizerFiles.Config), Root(mapFile, TokenizerFiles.SpecialMap), Root(addedFile, TokenizerFiles.Added));

        // The normalizer comes before the added tokens: they are looked for in their own normal form.
        Normalizer? normalizer = root.Find("normalizer") is JsonPart normalizerPart ? NormalizerReader.Read(config.Normalizer(normalizerPart)) : null;
        TokenModel model = ModelReader.Read(root.Get("model"));
        AddedTokenReader added = new(model.Vocabulary, normalizer);
        if (root.Find("added_tokens") is JsonPart list)
        {
            added.Add(list);
        }

        config.AddTokens(added, model.Vocabulary);
        Dictionary<string, string> roles = config.Roles();
        PostProcessor? adding = root.Find("post_processor") is JsonPart postProcessor ? PostProcessorReader.Read(postProcessor) : null;
        return new TokenizerParts
        {
            AddedTokens = added.Tokens,
            Normalizer = normalizer,
            PreTokenizer = root.Find("pre_tokenizer") is JsonPart preTokenizer ? PreTokenizerReader.Read(config.PreTokenizer(preTokenizer)) : null,
            Model = model,
            PostProcessor = Affixed(adding, config, roles, role => added.Tokens.Find(token => token.Content == role)?.Id ?? model.Vocabulary.IdOf(role)),
            Decoder = root.Find("decoder") is JsonPart decoder ? DecoderReader.Read(decoder) : null,
            Roles = roles,
            CutsLeft = config.CutsLeft,
            UnknownSettings = [.. config.Unknown],
        };

        JsonPart? Root(JsonDocument? document, string name) => document is null ? null : new JsonPart(document.RootElement, PathOf(files, name), "");
    }

    /// <summary>The post-processor with the begin and end tokens that the configuration asks for in place of its own.</summary>
    private static PostProcessor? Affixed(PostProcessor? adding, TokenizerConfig config, Dictionary<string, string> roles, Func<string, int?> idOf)
    {
        (bool? begins, bool? ends) = config.Affixes();
        if (begins is null && ends is null)
        {
            return adding;
        }

        int[] bare = [.. (adding ?? PostProcessor.None).Apply([])];
        int? begin = roles.TryGetValue("bos_token", out string? first) ? idOf(first) : null, end = roles.TryGetValue("eos_token", out string? last)
            ? idOf(last) : null;
        int[] before = begins is null ? bare is [int id, ..] && id == begin ? [id] : [] : begins == true && begin is int b ? [b] : [];
        int[] after = ends is null ? bare is [.., int stop] && stop == end ? [stop] : [] : ends == true && end is int e ? [e] : [];
        return bare.AsSpan().SequenceEqual((int[])[.. before, .. after]) ? adding : PostProcessor.Around(before, after);
    }

    private static string PathOf(TokenizerFiles files, string name) => Path.Combine(Path.GetDirectoryName(files.Name) ?? "", name);

    private static JsonDocument? Beside(TokenizerFiles files, string name) => files.Find(name) is byte[] bytes ? Parse(bytes, PathOf(files, name)) : null;

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
