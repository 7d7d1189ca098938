using System.Text.Json;

namespace Palimpsest.Text.Unigram;

/// <summary>Reads a model of type Unigram.</summary>
internal static class UnigramReader
{
    public static UnigramModel Read(JsonPart model)
    {
        model.AllowOnly("type", "unk_id", "vocab", "byte_fallback");
        JsonPart vocab = model.Get("vocab");
        if (vocab.Value.ValueKind != JsonValueKind.Array)
        {
            throw vocab.Error("must be a list of tokens and scores");
        }

        List<string> tokens = [];
        List<double> scores = [];
        foreach (JsonPart item in vocab.AsItems())
        {
            List<JsonPart> parts = item.AsItems();
            if (parts.Count != 2 || parts[1].Value.ValueKind != JsonValueKind.Number || !parts[1].Value.TryGetDouble(out double score) || !double.IsFinite(score))
            {
                throw item.Error("must be a token and its score");
            }

            tokens.Add(parts[0].AsText());
            scores.Add(score);
        }

        if (tokens.Count is 0 or > VocabularyReader.MaximumId)
        {
            throw vocab.Error($"has {tokens.Count} tokens; it must have from 1 to {VocabularyReader.MaximumId}");
        }

        int unknown = model.Find("unk_id") is JsonPart id ? id.AsNumber(0, tokens.Count - 1) : UnigramModel.NoUnknown;
        try
        {
            return new UnigramModel(tokens, [.. scores], unknown, model.Flag("byte_fallback", false));
        }
        catch (FormatException error)
        {
            throw new PalimpsestException(model.Error(error.Message).Message, error);
        }
    }
}
