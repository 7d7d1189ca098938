namespace Palimpsest.Text.Patterns;

/// <summary>Finds every single code point of a class.</summary>
internal sealed class CodePointPattern(CodePointSet set) : ITextPattern
{
    public void FindAll(ReadOnlySpan<char> text, List<TextMatch> matches)
    {
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.At(text, i, out int length);
            if (set.Contains(codePoint))
                matches.Add(new TextMatch(i, length));
            i += length;
        }
    }
}
