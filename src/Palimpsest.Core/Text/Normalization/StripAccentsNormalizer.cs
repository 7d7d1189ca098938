using System.Globalization;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Removes the marks (category M); it comes after NFD or NFKD.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override string Apply(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.At(text, i, out int length);
            if (CodePoints.Category(codePoint) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
                result.Append(text, i, length);
            i += length;
        }

        return result.ToString();
    }
}
