namespace Palimpsest.Text.Patterns;

/// <summary>Something that can be looked for in a text: a string, a regular expression or a class of characters.</summary>
internal interface ITextPattern
{
    /// <summary>Appends all matches from left to right; they do not overlap. The text holds no lone surrogates.</summary>
    void FindAll(ReadOnlySpan<char> text, List<TextMatch> matches);
}
