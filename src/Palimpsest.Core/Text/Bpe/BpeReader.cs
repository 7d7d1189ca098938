using System.Text.Json;

namespace Palimpsest.Text.Bpe;

/// <summary>Reads the model of a tokenizer file.</summary>
internal static class BpeReader
{
    /// <summary>The largest id that a file may use; ids are indices of an array.</summary>
    public const int MaximumId = (1 << 24) - 1;

    public static BpeModel Read(JsonPart model)
    {
        // GPT-2's own file has no type.
        string type = model.OptionalText("type") ?? (model.Find("merges") is null ? throw model.Error("has no \"type\"; supported: BPE") : "BPE");
        if (type != "BPE")
            throw model.Unsupported(type, "BPE");
        model.AllowOnly("type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges");
        if (model.Find("dropout") is JsonPart dropout && !(dropout.Value.ValueKind == JsonValueKind.Number && dropout.Value.TryGetDouble(out double rate) && rate == 0))
            throw dropout.Error("is set; dropping merges at random is not supported. Set it to null");

        BpeOptions options = new()
        {
            UnknownToken = model.OptionalText("unk_token") is { Length: > 0 } unknown ? unknown : null,
            ContinuingSubwordPrefix = model.OptionalText("continuing_subword_prefix") ?? "",
            EndOfWordSuffix = model.OptionalText("end_of_word_suffix") ?? "",
            FuseUnknown = model.Flag("fuse_unk", false),
            ByteFallback = model.Flag("byte_fallback", false),
            IgnoreMerges = model.Flag("ignore_merges", false),
        };
        BpeVocabulary vocabulary = ReadVocabulary(model.Get("vocab"));
        if (options.UnknownToken is not null && vocabulary.IdOf(options.UnknownToken) is null)
            throw model.Error($"names the unk_token \"{options.UnknownToken}\", which is not in its vocab");
        return new BpeModel(vocabulary, ReadMerges(model, vocabulary, options), options);
    }

    private static BpeVocabulary ReadVocabulary(JsonPart vocab)
    {
        if (vocab.Value.ValueKind != JsonValueKind.Object)
            throw vocab.Error("must be an object of tokens and ids");
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        HashSet<int> used = [];
        try
        {
            foreach (JsonProperty token in vocab.Value.EnumerateObject())
            {
                if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id < 0 || id > MaximumId)
                    throw vocab.Error($"gives \"{token.Name}\" the id {token.Value.GetRawText()}; ids are whole numbers from 0 to {MaximumId}");
                if (!ids.TryAdd(token.Name, id) || !used.Add(id))
                    throw vocab.Error($"has the token \"{token.Name}\" or its id {id} twice");
            }
        }
        catch (InvalidOperationException error)
        {
            throw new PalimpsestException(vocab.Error("has a token that is not valid Unicode text").Message, error);
        }

        return new BpeVocabulary(ids);
    }

    private static List<(int Left, int Right, int Merged)> ReadMerges(JsonPart model, BpeVocabulary vocabulary, BpeOptions options)
    {
        List<(int, int, int)> merges = [];
        foreach (JsonPart merge in model.Items("merges"))
        {
            (string left, string right) = Pair(merge);
            string inner = options.ContinuingSubwordPrefix;
            string merged = left + (inner.Length > 0 && right.StartsWith(inner, StringComparison.Ordinal) ? right[inner.Length..] : right);
            merges.Add((IdOf(left), IdOf(right), IdOf(merged)));

            int IdOf(string token) => vocabulary.IdOf(token) ?? throw merge.Error($"needs the token \"{token}\", which is not in the vocab");
        }

        return merges;
    }

    private static (string Left, string Right) Pair(JsonPart merge)
    {
        if (merge.Value.ValueKind == JsonValueKind.Array)
        {
            List<JsonPart> parts = merge.AsItems();
            return parts.Count == 2 ? (parts[0].AsText(), parts[1].AsText()) : throw merge.Error("must be a pair of tokens");
        }

        string text = merge.AsText();
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < text.Length - 1 && text.IndexOf(' ', space + 1) < 0 ? (text[..space], text[(space + 1)..]) : throw merge.Error($"\"{text}\" must be two tokens with one space between");
    }
}
