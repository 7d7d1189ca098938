using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>BERT's: control characters go, white space becomes a space, ideographs stand apart, accents go, lower case.</summary>
/// <remarks>Devlin et al., BERT, NAACL 2019, released code (<c>BasicTokenizer</c>).</remarks>
internal sealed class BertNormalizer(bool cleanText, bool separateIdeographs, bool stripAccents, bool lowercase) : Normalizer
{
    private static readonly UnicodeNormalizer s_decompose = new(composed: false, compatibility: false);
    private static readonly LowercaseNormalizer s_lowercase = new();

    public override string Apply(string text)
    {
        if (cleanText)
            text = Change(text, CleanOne);
        if (separateIdeographs)
            text = Change(text, SeparateOne);
        if (stripAccents)
            text = Change(s_decompose.Apply(text), StripOne);
        return lowercase ? s_lowercase.Apply(text) : text;
    }

    private static string Change(string text, Action<StringBuilder, int> one)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            one(result, CodePoints.At(text, i, out int length));
            i += length;
        }

        return result.ToString();
    }

    // Tabs and ends of lines are white space although they are controls.
    private static void CleanOne(StringBuilder result, int codePoint)
    {
        if (CodePoints.IsWhiteSpace(codePoint) && codePoint is not (0xB or 0xC or 0x85))
            result.Append(' ');
        else if (!TokenizerCharacters.Control.Contains(codePoint))
            CodePoints.Append(result, codePoint);
    }

    private static void SeparateOne(StringBuilder result, int codePoint)
    {
        bool ideograph = codePoint is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F
            or >= 0x2B920 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
        if (ideograph)
            result.Append(' ');
        CodePoints.Append(result, codePoint);
        if (ideograph)
            result.Append(' ');
    }

    private static void StripOne(StringBuilder result, int codePoint)
    {
        if (!TokenizerCharacters.NonSpacing.Contains(codePoint))
            CodePoints.Append(result, codePoint);
    }
}
