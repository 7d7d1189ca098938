using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Lower case, one code point at a time: no rule for the final sigma, and U+0130 becomes <c>i</c> U+0307.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override string Apply(string text)
    {
        if (System.Text.Ascii.IsValid(text))
            return text.ToLowerInvariant();
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.At(text, i, out int length);
            if (codePoint == 0x130)
                result.Append("i\u0307");
            else
                CodePoints.Append(result, CodePoints.ToLower(codePoint));
            i += length;
        }

        return result.ToString();
    }
}
