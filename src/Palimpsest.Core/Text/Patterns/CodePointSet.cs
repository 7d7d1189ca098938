namespace Palimpsest.Text.Patterns;

/// <summary>A set of code points: a bit for each one up to U+FFFF, and the rule itself for those beyond.</summary>
internal sealed class CodePointSet
{
    private readonly ulong[] _plane = new ulong[0x10000 / 64];
    private readonly Func<int, bool> _rule;

    public CodePointSet(Func<int, bool> rule)
    {
        _rule = rule;
        for (int codePoint = 0; codePoint < 0x10000; codePoint++)
        {
            if (rule(codePoint))
                _plane[codePoint >> 6] |= 1UL << (codePoint & 63);
        }
    }

    /// <summary>White_Space.</summary>
    public static CodePointSet WhiteSpace { get; } = new(CodePoints.IsWhiteSpace);

    /// <summary>Categories Nd, Nl and No.</summary>
    public static CodePointSet Numeric { get; } = new(UnicodeClass.Rule("N")!);

    /// <summary>ASCII punctuation and category P.</summary>
    public static CodePointSet Punctuation { get; } = new(UnicodeClass.IsPunctuation);

    /// <summary>What <c>\w</c> matches.</summary>
    public static CodePointSet Word { get; } = new(UnicodeClass.IsWord);

    public bool Contains(int codePoint) => codePoint < 0x10000 ? (_plane[codePoint >> 6] >> (codePoint & 63) & 1) != 0 : _rule(codePoint);
}
