using System.Text;

namespace Palimpsest.Text.Normalization;

/// <summary>Removes control characters and turns invisible and odd white space into spaces.</summary>
/// <remarks>The rules of the "nmt" normalization of SentencePiece (Kudo and Richardson, EMNLP 2018).</remarks>
internal sealed class NmtNormalizer : Normalizer
{
    public override string Apply(string text)
    {
        StringBuilder result = new(text.Length);
        foreach (char character in text)
        {
            if (character is (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F')
            {
                continue;
            }

            bool space = character is '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029' or '\u2581' or '\uFEFF' or '\uFFFD';
            result.Append(space ? ' ' : character);
        }

        return result.ToString();
    }
}
