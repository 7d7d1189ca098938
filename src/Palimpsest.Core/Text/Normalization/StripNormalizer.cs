using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Removes white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override string Apply(string text)
    {
        int start = 0, end = text.Length;
        while (left && start < end && CodePoints.IsWhiteSpace(text[start]))
            start++;
        while (right && end > start && CodePoints.IsWhiteSpace(text[end - 1]))
            end--;
        return text[start..end];
    }
}
