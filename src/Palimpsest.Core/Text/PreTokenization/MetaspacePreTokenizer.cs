using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.PreTokenization;

/// <summary>Writes spaces as a visible sign (U+2581), may put one in front, and may cut before each. A piece that starts with the sign or a space gets none in front.</summary>
internal sealed class MetaspacePreTokenizer(string sign, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly SplitPreTokenizer _words = new(new LiteralPattern(sign), SplitBehavior.MergedWithNext, invert: false);

    public override void Apply(PieceText text)
    {
        StringBuilder changed = new(text.Text.Length + 16);
        List<TextMatch> pieces = new(text.Pieces.Count);
        foreach (TextMatch piece in text.Pieces)
        {
            int start = changed.Length;
            ReadOnlySpan<char> characters = text[piece];
            bool prefix = scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.AtStart && piece.Start == 0);
            if (prefix && characters[0] != ' ' && !characters.StartsWith(sign, StringComparison.Ordinal))
                changed.Append(sign);
            changed.Append(characters).Replace(" ", sign, start, changed.Length - start);
            pieces.Add(new TextMatch(start, changed.Length - start));
        }

        text.Replace(changed.ToString(), pieces);
        if (split)
            _words.Apply(text);
    }
}
