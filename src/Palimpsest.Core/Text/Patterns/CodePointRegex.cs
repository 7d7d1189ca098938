namespace Palimpsest.Text.Patterns;

/// <summary>A regular expression over code points, with the meaning that Oniguruma gives it in tokenizer files.</summary>
/// <remarks>
/// .NET's engine sees surrogates one by one and folds case by other tables, and its engine without backtracking has no look-ahead, which nearly every pattern here needs.
/// This one backtracks on a stack of its own with a budget of steps, so a hostile pattern ends in an error. Immutable, safe for use by several threads.
/// </remarks>
internal sealed class CodePointRegex : ITextPattern
{
    private readonly RegexInstruction[] _code;
    private readonly int _registers;
    private readonly int[][] _startsByFirst;
    private readonly string _pattern;

    /// <exception cref="FormatException">The pattern is malformed or uses something that is not supported; the message says what.</exception>
    public CodePointRegex(string pattern)
    {
        _pattern = pattern;
        RegexNode root = RegexParser.Parse(pattern);
        if (root is RegexNode.Row { Parts: [RegexNode.Either only] })
            root = only;
        IReadOnlyList<RegexNode> alternatives = root is RegexNode.Either either ? either.Parts : [root];
        RegexCompiler compiler = new();
        int[] starts = [.. alternatives.Select(compiler.Add)];
        _code = [.. compiler.Code];
        _registers = compiler.Registers;

        // For each ASCII character the alternatives that can start with it: this saves most attempts on plain text. The last row serves all other characters and the end of the text.
        _startsByFirst = new int[129][];
        for (int first = 0; first < 128; first++)
            _startsByFirst[first] = [.. starts.Where((_, i) => RegexFirst.CanStart(alternatives[i], first))];
        _startsByFirst[128] = starts;
    }

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">The pattern needs more steps than 1,000 a character and 5 million on top.</exception>
    public void FindAll(ReadOnlySpan<char> text, List<TextMatch> matches)
    {
        RegexMatcher matcher = new(_code, _registers, text);
        try
        {
            int at = 0;
            while (at <= text.Length)
            {
                int[] starts = _startsByFirst[at < text.Length && text[at] < 128 ? text[at] : 128];
                int end = -1;
                for (int i = 0; i < starts.Length && end < 0; i++)
                    end = matcher.Match(starts[i], at);

                if (end >= 0)
                    matches.Add(new TextMatch(at, end - at));
                if (end > at)
                    at = end;
                else if (at < text.Length)
                    at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
                else
                    break;
            }
        }
        catch (RegexBudgetException error)
        {
            throw new PalimpsestException($"The pattern {Shorten(_pattern)} of the tokenizer takes too many steps on this text. Mend the pattern in tokenizer.json, or split the text into shorter ones.", error);
        }
        finally
        {
            matcher.Dispose();
        }
    }

    private static string Shorten(string pattern) => pattern.Length <= 80 ? pattern : pattern[..80] + "...";
}
