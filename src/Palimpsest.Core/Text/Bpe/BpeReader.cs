using System.Text.Json;

namespace Palimpsest.Text.Bpe;

/// <summary>Reads a model of type BPE.</summary>
internal static class BpeReader
{
    public static BpeModel Read(JsonPart model)
    {
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
        Vocabulary vocabulary = VocabularyReader.Read(model.Get("vocab"));
        return new BpeModel(vocabulary, ReadMerges(model, vocabulary, options), options);
    }

    private static List<(int Left, int Right, int Merged)> ReadMerges(JsonPart model, Vocabulary vocabulary, BpeOptions options)
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
