using System.Globalization;

namespace Palimpsest.Text.Patterns;

/// <summary>Reads what matches one code point: a character, an escape, <c>\p{L}</c>, <c>[...]</c>.</summary>
internal sealed class RegexClassParser(string pattern)
{
    private const int MaximumClasses = 200;
    private const int MaximumDepth = 20;
    private readonly Dictionary<string, CodePointSet> _known = [];

    /// <summary>The set of a rule. Sets with one name are one object, since each costs 8 KB.</summary>
    public RegexNode.OneOf Rule(string name, Func<int, bool> rule)
    {
        if (!_known.TryGetValue(name, out CodePointSet? set))
        {
            if (_known.Count == MaximumClasses)
                throw new FormatException($"it has more than {MaximumClasses} different classes");
            _known.Add(name, set = new CodePointSet(rule));
        }

        return new RegexNode.OneOf(set, -1);
    }

    /// <summary>A character or an escape.</summary>
    public RegexNode.OneOf Single(ref int at, bool ignoreCase)
    {
        int start = at;
        Func<int, bool>? rule = Element(ref at, out int codePoint);
        string name = (ignoreCase ? "i" : "") + pattern[start..at];
        if (rule is not null)
            return Rule(name, ignoreCase ? IgnoreCase(rule) : rule);
        if (!ignoreCase || (CodePoints.ToLower(codePoint) == codePoint && CodePoints.ToUpper(codePoint) == codePoint))
            return new RegexNode.OneOf(null, codePoint);
        return Rule(name, IgnoreCase(c => c == codePoint));
    }

    /// <summary>A class in brackets; <paramref name="at"/> stands on the opening one.</summary>
    public RegexNode.OneOf Bracket(ref int at, bool ignoreCase)
    {
        int start = at;
        Func<int, bool> rule = BracketRule(ref at, 0, ignoreCase);
        return Rule((ignoreCase ? "i" : "") + pattern[start..at], rule);
    }

    private Func<int, bool> BracketRule(ref int at, int depth, bool ignoreCase)
    {
        if (depth == MaximumDepth)
            throw new FormatException($"classes are nested deeper than {MaximumDepth}");
        int start = at++;
        bool negative = at < pattern.Length && pattern[at] == '^';
        if (negative)
            at++;
        List<Func<int, bool>> rules = [];
        List<(int Low, int High)> ranges = [];
        Func<int, bool>? left = null;
        for (bool first = true; ; first = false)
        {
            if (at >= pattern.Length)
                throw new FormatException($"the class at character {start} has no \"]\"");
            if (pattern[at] == ']' && !first)
                break;
            if (pattern[at] == '[')
            {
                if (pattern.AsSpan(at).StartsWith("[:", StringComparison.Ordinal))
                    throw new FormatException($"the class \"[:\" at character {at} is not supported; use \\p{{...}}");
                rules.Add(BracketRule(ref at, depth + 1, ignoreCase));
                continue;
            }

            if (pattern.AsSpan(at).StartsWith("&&", StringComparison.Ordinal))
            {
                at += 2;
                left = Both(left, AnyOf(rules, ranges));
                rules = [];
                ranges = [];
                continue;
            }

            Func<int, bool>? rule = Element(ref at, out int low);
            if (rule is not null)
            {
                rules.Add(rule);
                continue;
            }

            int high = low;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at++;
                if (pattern[at] == '[' || Element(ref at, out high) is not null || high < low)
                    throw new FormatException($"the range that ends at character {at} is not one of two characters in order");
            }

            ranges.Add((low, high));
        }

        at++;
        Func<int, bool> inside = Both(left, AnyOf(rules, ranges));
        if (ignoreCase)
            inside = IgnoreCase(inside);
        return negative ? c => !inside(c) : inside;
    }

    private static Func<int, bool> Both(Func<int, bool>? left, Func<int, bool> right) => left is null ? right : c => left(c) && right(c);

    private static Func<int, bool> AnyOf(List<Func<int, bool>> rules, List<(int Low, int High)> ranges) => codePoint =>
    {
        foreach ((int low, int high) in ranges)
        {
            if (codePoint >= low && codePoint <= high)
                return true;
        }

        foreach (Func<int, bool> rule in rules)
        {
            if (rule(codePoint))
                return true;
        }

        return false;
    };

    // The long s, the Kelvin sign and the Angstrom sign fold to letters whose own cases do not lead back to them.
    private static Func<int, bool> IgnoreCase(Func<int, bool> rule) => c =>
        rule(c) || rule(CodePoints.ToLower(c)) || rule(CodePoints.ToUpper(c)) || c switch
        {
            0x17F => rule('s') || rule('S'),
            's' or 'S' => rule(0x17F),
            0x212A => rule('k') || rule('K'),
            'k' or 'K' => rule(0x212A),
            0x212B => rule(0xE5) || rule(0xC5),
            0xE5 or 0xC5 => rule(0x212B),
            _ => false,
        };

    // A rule for an escape that stands for a class, else null and the code point.
    private Func<int, bool>? Element(ref int at, out int codePoint)
    {
        codePoint = CodePoints.At(pattern, at, out int length);
        at += length;
        if (codePoint != '\\')
            return null;
        if (at >= pattern.Length)
            throw new FormatException("it ends in the middle of an escape");
        codePoint = CodePoints.At(pattern, at, out length);
        at += length;
        switch (codePoint)
        {
            case 's': return CodePoints.IsWhiteSpace;
            case 'S': return c => !CodePoints.IsWhiteSpace(c);
            case 'd': return UnicodeClass.Rule("Nd");
            case 'D': return Not(UnicodeClass.Rule("Nd")!);
            case 'w': return UnicodeClass.IsWord;
            case 'W': return Not(UnicodeClass.IsWord);
            case 'p': return Property(ref at, negative: false);
            case 'P': return Property(ref at, negative: true);
            case 'n': codePoint = '\n'; break;
            case 'r': codePoint = '\r'; break;
            case 't': codePoint = '\t'; break;
            case 'f': codePoint = '\f'; break;
            case 'v': codePoint = '\v'; break;
            case 'a': codePoint = '\a'; break;
            case 'e': codePoint = 0x1B; break;
            case 'x': codePoint = Hexadecimal(ref at, 2); break;
            case 'u': codePoint = Hexadecimal(ref at, 4); break;
            case (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'):
                throw new FormatException($"the escape \"\\{(char)codePoint}\" at character {at - 2} is not supported");
        }

        return null;
    }

    private static Func<int, bool> Not(Func<int, bool> rule) => c => !rule(c);

    private Func<int, bool> Property(ref int at, bool negative)
    {
        int end = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        if (end < 0)
            throw new FormatException($"\\p at character {at} needs a name in braces");
        string name = pattern[(at + 1)..end];
        at = end + 1;
        bool inner = name.StartsWith('^');
        Func<int, bool> rule = UnicodeClass.Rule(inner ? name[1..] : name)
            ?? throw new FormatException($"the class \\p{{{name}}} is not supported; supported: general categories, Han, Hiragana, Katakana");
        return negative != inner ? Not(rule) : rule;
    }

    private int Hexadecimal(ref int at, int digits)
    {
        int start = at, end = at + digits;
        if (at < pattern.Length && pattern[at] == '{')
        {
            start = at + 1;
            end = pattern.IndexOf('}', at);
            at = end + 1;
        }
        else
        {
            at = end;
        }

        if (end < start || end > pattern.Length || end - start > 8
            || !int.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || value is < 0 or > 0x10FFFF)
            throw new FormatException($"the code at character {start} is not a hexadecimal code point");
        return value;
    }
}
