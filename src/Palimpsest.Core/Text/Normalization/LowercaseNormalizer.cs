using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Lower case, one code point at a time: no rule for the final sigma, and U+0130 becomes <c>i</c> U+0307.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override string Apply(string text) => System.Text.Ascii.IsValid(text)
        ? text.ToLowerInvariant() : CodePointTable.Apply(TokenizerCharacters.Lower, text);
}
