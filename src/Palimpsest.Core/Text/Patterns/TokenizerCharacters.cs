namespace Palimpsest.Text.Patterns;

/// <summary>Classes and lower case as the parts of the reference tokenizers have them: those of Unicode 8 (punctuation, BERT's), 9 (marks) and 17 (numbers,
/// lower case).</summary>
/// <remarks>Its libraries carry tables of their own, each of another version; regular expressions follow Unicode 16 (<see cref="UnicodeClass"/>).</remarks>
internal static class TokenizerCharacters
{
    private static readonly CodePointTable s_table = new("unicode-tokenizers.txt");

    /// <summary>Category N.</summary>
    public static CodePointSet Numeric { get; } = s_table.Set("numeric");

    /// <summary>ASCII punctuation and symbols, and category P.</summary>
    public static CodePointSet Punctuation { get; } = s_table.Set("punctuation");

    /// <summary>What BERT's cleaning takes away: categories Cc, Cf and Co, U+0000 and U+FFFD.</summary>
    public static CodePointSet Control { get; } = s_table.Set("control");

    /// <summary>Category Mn, which BERT's normalizer strips.</summary>
    public static CodePointSet NonSpacing { get; } = s_table.Set("nonspacing");

    /// <summary>Category M, which StripAccents takes away.</summary>
    public static CodePointSet Mark { get; } = s_table.Set("mark");

    /// <summary>Lower case, one code point at a time: no rule for the final sigma, and U+0130 becomes <c>i</c> U+0307.</summary>
    public static IReadOnlyDictionary<int, string> Lower { get; } = s_table.Map("lower");
}
