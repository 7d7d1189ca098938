using Palimpsest.Text.Patterns;

namespace Palimpsest.Text;

/// <summary>Cuts a text at its added tokens.</summary>
internal sealed class AddedTokenMatcher(IReadOnlyList<AddedToken> tokens)
{
    private readonly TokenTrie _trie = new([.. tokens.Select(token => token.Spelling)]);

    /// <summary>A stretch of text, or an added token.</summary>
    public readonly record struct Part(int Start, int End, AddedToken? Token);

    /// <summary>The parts of a text in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialAsText">Special tokens are not looked for.</param>
    public List<Part> Cut(string text, bool specialAsText)
    {
        List<Part> parts = [];
        int done = 0;
        for (int from = 0; tokens.Count > 0 && _trie.TryFind(text, from, out int found, out int start, out int end); from = Math.Max(end, from + 1))
        {
            AddedToken token = tokens[found];
            int stop = end;
            if ((specialAsText && token.Special) || (token.SingleWord && InsideWord(text, start, end)))
                continue;
            if (token.StripLeft)
                start = Math.Max(LeftOfSpace(text, start), done);
            if (token.StripRight)
                stop = RightOfSpace(text, end);
            if (done < start)
                parts.Add(new Part(done, start, null));

            // A token that begins inside the white space that the one before it took is still given, as the reference does.
            parts.Add(new Part(start, stop, token));
            done = stop;
        }

        if (done < text.Length)
            parts.Add(new Part(done, text.Length, null));
        return parts;
    }

    private static bool InsideWord(string text, int start, int end) =>
        (start > 0 && IsWord(CodePoints.Before(text, start, out _))) || (end < text.Length && IsWord(CodePoints.At(text, end, out _)));

    // Unlike the pattern engine, the reference counts the two joiners as parts of words here.
    private static bool IsWord(int codePoint) => CodePointSet.Word.Contains(codePoint) || codePoint is 0x200C or 0x200D;

    private static int LeftOfSpace(string text, int start)
    {
        while (start > 0 && CodePoints.IsWhiteSpace(text[start - 1]))
            start--;
        return start;
    }

    private static int RightOfSpace(string text, int end)
    {
        while (end < text.Length && CodePoints.IsWhiteSpace(text[end]))
            end++;
        return end;
    }
}
