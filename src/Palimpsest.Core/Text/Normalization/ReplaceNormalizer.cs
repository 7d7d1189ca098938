using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Replaces every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string content) : Normalizer
{
    public override string Apply(string text)
    {
        List<TextMatch> matches = [];
        pattern.FindAll(text, matches);
        if (matches.Count == 0)
            return text;
        long length = text.Length + ((long)matches.Count * content.Length) - matches.Sum(match => (long)match.Length);
        Growth.Check(text.Length, length);
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
