using System.Globalization;

namespace Palimpsest.Text.Patterns;

/// <summary>Reads a pattern in the syntax that tokenizer files use (Oniguruma's Ruby syntax): groups, alternatives, classes, quantifiers, look-around, <c>(?i:)</c>.</summary>
/// <remarks>Everything else is refused by name, back references among it. Groups do not capture. Depth, length and the number of classes are limited, since patterns come from files.</remarks>
internal sealed class RegexParser(string pattern)
{
    private const int MaximumLength = 10_000;
    private const int MaximumDepth = 100;
    private const int MaximumRepeat = 1_000;
    private readonly RegexClassParser _classes = new(pattern);
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotAll;

    public static RegexNode Parse(string pattern)
    {
        if (pattern.Length > MaximumLength)
            throw new FormatException($"it is {pattern.Length} characters long; the longest supported is {MaximumLength}");
        RegexParser parser = new(CodePoints.WithoutLoneSurrogates(pattern));
        RegexNode node = parser.Alternatives();
        return parser._at == pattern.Length ? node : throw new FormatException($"there is a \")\" without \"(\" at character {parser._at}");
    }

    private RegexNode Alternatives()
    {
        if (++_depth > MaximumDepth)
            throw new FormatException($"groups are nested deeper than {MaximumDepth}");
        bool ignoreCase = _ignoreCase, dotAll = _dotAll;
        List<RegexNode> parts = [Sequence()];
        while (Skip('|'))
            parts.Add(Sequence());
        (_ignoreCase, _dotAll) = (ignoreCase, dotAll);
        _depth--;
        return parts.Count == 1 ? parts[0] : new RegexNode.Either(parts);
    }

    private RegexNode.Row Sequence()
    {
        List<RegexNode> parts = [];
        while (_at < pattern.Length && pattern[_at] is not ('|' or ')'))
        {
            RegexNode? part = Atom();
            if (part is not null)
                parts.Add(Quantified(part));
        }

        return new RegexNode.Row(parts);
    }

    private RegexNode? Atom()
    {
        switch (pattern[_at])
        {
            case '(':
                _at++;
                return Group();
            case '[':
                return _classes.Bracket(ref _at, _ignoreCase);
            case '.':
                _at++;
                return _dotAll ? _classes.Rule(".all", _ => true) : _classes.Rule(".", c => c != '\n');
            case '^' or '$':
                return new RegexNode.Anchor(pattern[_at++]);
            case '*' or '+' or '?':
                throw new FormatException($"\"{pattern[_at]}\" at character {_at} has nothing to repeat");
            case '\\' when _at + 1 < pattern.Length && pattern[_at + 1] is 'b' or 'B' or 'A' or 'z' or 'Z':
                _at += 2;
                return new RegexNode.Anchor(pattern[_at - 1]);
            default:
                return _classes.Single(ref _at, _ignoreCase);
        }
    }

    private RegexNode? Group()
    {
        if (!Skip('?'))
            return Close(Alternatives());
        if (Skip(':'))
            return Close(Alternatives());
        if (Skip('>'))
            return new RegexNode.Atomic(Close(Alternatives()));
        if (Skip('='))
            return new RegexNode.Look(Close(Alternatives()), Negative: false, Behind: false);
        if (Skip('!'))
            return new RegexNode.Look(Close(Alternatives()), Negative: true, Behind: false);
        if (Skip('<'))
        {
            if (Skip('='))
                return new RegexNode.Look(Close(Alternatives()), Negative: false, Behind: true);
            if (Skip('!'))
                return new RegexNode.Look(Close(Alternatives()), Negative: true, Behind: true);
            int end = pattern.IndexOf('>', _at);
            if (end < 0)
                throw new FormatException($"the name of the group at character {_at} does not end");
            _at = end + 1;
            return Close(Alternatives());
        }

        return Flags();
    }

    // (?i) holds to the end of the enclosing group, (?i:...) inside its own.
    private RegexNode? Flags()
    {
        bool ignoreCase = _ignoreCase, dotAll = _dotAll, on = true;
        for (; _at < pattern.Length && pattern[_at] is not (':' or ')'); _at++)
        {
            switch (pattern[_at])
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'm': dotAll = on; break;
                default: throw new FormatException($"the group \"(?{pattern[_at]}\" at character {_at} is not supported");
            }
        }

        if (Skip(':'))
        {
            (bool, bool) saved = (_ignoreCase, _dotAll);
            (_ignoreCase, _dotAll) = (ignoreCase, dotAll);
            RegexNode part = Close(Alternatives());
            (_ignoreCase, _dotAll) = saved;
            return part;
        }

        if (!Skip(')'))
            throw new FormatException("a \"(\" has no \")\"");
        (_ignoreCase, _dotAll) = (ignoreCase, dotAll);
        return null;
    }

    private RegexNode Close(RegexNode part) => Skip(')') ? part : throw new FormatException("a \"(\" has no \")\"");

    private RegexNode Quantified(RegexNode part)
    {
        while (_at < pattern.Length)
        {
            int start = _at, minimum, maximum;
            bool braces = false;
            if (Skip('*'))
                (minimum, maximum) = (0, -1);
            else if (Skip('+'))
                (minimum, maximum) = (1, -1);
            else if (Skip('?'))
                (minimum, maximum) = (0, 1);
            else if (pattern[_at] == '{' && Braces(out minimum, out maximum))
                braces = true;
            else
                return part;

            if (part is RegexNode.Anchor or RegexNode.Look)
                throw new FormatException($"the position before character {start} cannot be repeated");
            // After braces a plus repeats once more and is not possessive: so the syntax has it.
            RegexGreed greed = Skip('?') ? RegexGreed.Lazy : !braces && Skip('+') ? RegexGreed.Possessive : RegexGreed.Greedy;
            part = new RegexNode.Loop(part, minimum, maximum, greed);
        }

        return part;
    }

    private bool Braces(out int minimum, out int maximum)
    {
        minimum = maximum = 0;
        int end = pattern.IndexOf('}', _at);
        if (end < 0)
            return false;
        ReadOnlySpan<char> inside = pattern.AsSpan(_at + 1, end - _at - 1);
        int comma = inside.IndexOf(',');
        ReadOnlySpan<char> low = comma < 0 ? inside : inside[..comma];
        ReadOnlySpan<char> high = comma < 0 ? inside : inside[(comma + 1)..];
        if (inside.Length <= (comma < 0 ? 0 : 1) || !Number(low, 0, out minimum) || !Number(high, -1, out maximum))
            return false;
        if (minimum > MaximumRepeat || maximum > MaximumRepeat || (maximum >= 0 && maximum < minimum))
            throw new FormatException($"the repetition {{{inside}}} at character {_at} is not within 0 to {MaximumRepeat}");
        _at = end + 1;
        return true;
    }

    private static bool Number(ReadOnlySpan<char> text, int whenEmpty, out int value)
    {
        value = whenEmpty;
        return text.Length == 0 || (text.Length < 9 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));
    }

    private bool Skip(char expected)
    {
        if (_at >= pattern.Length || pattern[_at] != expected)
            return false;
        _at++;
        return true;
    }
}
