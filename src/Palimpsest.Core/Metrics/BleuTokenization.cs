namespace Palimpsest.Metrics;

/// <summary>How BLEU splits a text into tokens.</summary>
public enum BleuTokenization
{
    /// <summary>The rules of the WMT scripts (mteval-v13a), the default.</summary>
    Mteval13a,

    /// <summary>mteval-v14's international rules: every symbol, and punctuation not between digits, stands alone.</summary>
    International,

    /// <summary>Every character that is no white space is a token.</summary>
    Character,

    /// <summary>White space only.</summary>
    None,
}
