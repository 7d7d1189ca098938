namespace Palimpsest.Text.Bpe;

/// <summary>What a tokenizer file says about its BPE model.</summary>
internal sealed record BpeOptions
{
    public string? UnknownToken { get; init; }

    /// <summary>Put before every symbol of a word but the first.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "";

    /// <summary>Put after the last symbol of a word.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>A row of unknown characters is one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>A character outside the vocabulary becomes the tokens of its UTF-8 bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A piece that is in the vocabulary is one token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }
}
