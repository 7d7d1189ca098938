namespace Palimpsest.Metrics;

/// <summary>What counts as a word where texts are searched by words.</summary>
public enum Bm25Tokens
{
    /// <summary>
    /// Words of any script, the default: runs of letters, marks and numbers of the text in compatibility form (NFKC) with its case folded; in scripts without
    /// spaces (Han, kana, Thai, Lao, Khmer, Burmese) each letter.
    /// </summary>
    Words,

    /// <summary>The classic rule of English collections: runs of a to z and 0 to 9 of the text in lower case. Accented letters cut words, and other scripts
    /// have none.</summary>
    Ascii,
}
