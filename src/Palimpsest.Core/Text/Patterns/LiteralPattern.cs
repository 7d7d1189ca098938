namespace Palimpsest.Text.Patterns;

/// <summary>Finds a string, compared ordinally. The empty string is never found.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public void FindAll(ReadOnlySpan<char> text, List<TextMatch> matches)
    {
        if (literal.Length == 0)
            return;
        int from = 0;
        while (from <= text.Length - literal.Length)
        {
            int found = text[from..].IndexOf(literal, StringComparison.Ordinal);
            if (found < 0)
                return;
            matches.Add(new TextMatch(from + found, literal.Length));
            from += found + literal.Length;
        }
    }
}
