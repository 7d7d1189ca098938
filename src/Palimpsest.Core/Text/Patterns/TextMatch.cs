namespace Palimpsest.Text.Patterns;

/// <summary>A stretch of a text, in UTF-16 units.</summary>
internal readonly record struct TextMatch(int Start, int Length)
{
    public int End => Start + Length;
}
