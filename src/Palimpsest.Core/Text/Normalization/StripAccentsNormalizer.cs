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
            if (!TokenizerCharacters.Mark.Contains(codePoint))
                result.Append(text, i, length);
            i += length;
        }

        return result.ToString();
    }
}
