using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Replaces every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string content) : Normalizer
{
    // The largest growth that Unicode itself has is 18 (one Arabic ligature under NFKD); chained replacements in a hostile file double the text at each step.
    private const int MaximumGrowth = 32;
    private const int AlwaysAllowed = 1 << 20;

    public override string Apply(string text)
    {
        List<TextMatch> matches = [];
        pattern.FindAll(text, matches);
        if (matches.Count == 0)
            return text;
        long length = text.Length + ((long)matches.Count * content.Length) - matches.Sum(match => (long)match.Length);
        if (length > AlwaysAllowed && length > (long)MaximumGrowth * text.Length)
            throw new PalimpsestException($"A \"Replace\" of the tokenizer makes the text more than {MaximumGrowth} times longer. Mend it in tokenizer.json, or split the text into shorter ones.");
        if (length > int.MaxValue / 4)
            throw new PalimpsestException($"A \"Replace\" of the tokenizer makes a text of {length} characters, which is too long. Split the text into shorter ones.");

        StringBuilder result = new((int)length);
        int from = 0;
        foreach (TextMatch match in matches)
        {
            result.Append(text, from, match.Start - from).Append(content);
            from = match.End;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }
}
