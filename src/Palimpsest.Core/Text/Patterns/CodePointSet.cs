namespace Palimpsest.Text.Patterns;

/// <summary>A set of code points: a bit for each one up to U+FFFF, and the rule itself, or its ranges, for those beyond.</summary>
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

    /// <summary>A set of ranges in rising order, both ends inside.</summary>
    public CodePointSet(IReadOnlyList<(int First, int Last)> ranges)
    {
        (int First, int Last)[] beyond = [.. ranges.Where(range => range.Last >= 0x10000)];
        _rule = codePoint => Array.Exists(beyond, range => codePoint >= range.First && codePoint <= range.Last);
        foreach ((int first, int last) in ranges)
        {
            for (int codePoint = first; codePoint <= Math.Min(last, 0xFFFF); codePoint++)
                _plane[codePoint >> 6] |= 1UL << (codePoint & 63);
        }
    }

    /// <summary>White_Space.</summary>
    public static CodePointSet WhiteSpace { get; } = new(CodePoints.IsWhiteSpace);

    /// <summary>What <c>\w</c> matches.</summary>
    public static CodePointSet Word { get; } = new(UnicodeClass.IsWord);

    public bool Contains(int codePoint) => codePoint < 0x10000 ? (_plane[codePoint >> 6] >> (codePoint & 63) & 1) != 0 : _rule(codePoint);
}
