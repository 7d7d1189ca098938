using System.Text.Json;

namespace Palimpsest.Text;

/// <summary>Reads a vocabulary that is an object of tokens and ids.</summary>
internal static class VocabularyReader
{
    /// <summary>The largest id that a file may use; ids are indices of an array.</summary>
    public const int MaximumId = (1 << 24) - 1;

    public static Vocabulary Read(JsonPart vocab)
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

        return new Vocabulary(ids);
    }
}
