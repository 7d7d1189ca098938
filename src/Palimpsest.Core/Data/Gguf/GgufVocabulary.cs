using Palimpsest.Text;

namespace Palimpsest.Data.Gguf;

/// <summary>What the metadata say about the tokenizer, checked.</summary>
internal sealed class GgufVocabulary
{
    public const string TokensKey = "tokenizer.ggml.tokens";
    private readonly GgufMetadata _metadata;

    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="sentencePiece">True for the kind <c>llama</c>, whose special tokens and settings have defaults.</param>
    public GgufVocabulary(GgufMetadata metadata, bool sentencePiece)
    {
        _metadata = metadata;
        Tokens = metadata.Texts(TokensKey);
        if (Tokens.Count is 0 or > VocabularyReader.MaximumId)
        {
            throw metadata.Wrong(TokensKey, $"an array of 1 to {VocabularyReader.MaximumId} texts");
        }

        for (int id = 0; id < Tokens.Count; id++)
        {
            if (!Ids.TryAdd(Tokens[id], id))
            {
                throw metadata.Bad(GgufProblem.WrongValue, $"has the token \"{Tokens[id]}\" twice, as {Ids[Tokens[id]]} and {id}");
            }
        }

        // The defaults of llama.cpp: <unk>, <s> and </s> come first in SentencePiece vocabularies.
        Begin = Role("bos", sentencePiece ? 1 : null);
        End = Role("eos", sentencePiece ? 2 : null);
        Unknown = Role("unknown", sentencePiece ? 0 : null);
        Pad = Role("padding", null);

        const string types = "tokenizer.ggml.token_type";
        if (metadata.FindIntegers(types) is IReadOnlyList<long> listed)
        {
            Types = listed.Count == Tokens.Count && listed.All(type => type is >= 0 and <= (long)GgufTokenType.Byte)
                ? [.. listed.Select(type => (GgufTokenType)type)]
                : throw metadata.Wrong(types, $"an array of {Tokens.Count} numbers from 0 to 6, one for each token");
        }
        else
        {
            // Without types only the roles tell which tokens are not text.
            Types = new GgufTokenType[Tokens.Count];
            foreach (int id in new[] { Begin, End, Unknown, Pad }.OfType<int>())
            {
                Types[id] = GgufTokenType.Control;
            }
        }

        AddsBegin = metadata.FindFlag("tokenizer.ggml.add_bos_token");
        AddsEnd = metadata.FindFlag("tokenizer.ggml.add_eos_token") ?? false;
        AddsSpace = metadata.FindFlag("tokenizer.ggml.add_space_prefix") ?? sentencePiece;
    }

    public IReadOnlyList<string> Tokens { get; }

    public Dictionary<string, int> Ids { get; } = new(StringComparer.Ordinal);

    public GgufTokenType[] Types { get; }

    public int? Begin { get; }

    public int? End { get; }

    public int? Unknown { get; }

    public int? Pad { get; }

    /// <summary>Null when the file leaves it to the kind of tokenizer.</summary>
    public bool? AddsBegin { get; }

    public bool AddsEnd { get; }

    /// <summary>Puts a space before every text.</summary>
    public bool AddsSpace { get; }

    /// <summary>One score for each token.</summary>
    public IReadOnlyList<float> Scores()
    {
        const string key = "tokenizer.ggml.scores";
        IReadOnlyList<float> scores = _metadata.FindNumbers(key) ?? throw _metadata.Missing(key);
        return scores.Count == Tokens.Count && !scores.Any(float.IsNaN) ? scores : throw _metadata.Wrong(key, $"an array of {Tokens.Count} Float32, one for each token and none of them nan");
    }

    private int? Role(string role, int? otherwise)
    {
        return _metadata.FindSpecialToken(role, Tokens.Count) ?? (otherwise < Tokens.Count ? otherwise : null);
    }
}
