using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.PreTokenization;

/// <summary>GPT-2's: an optional space in front, an optional cut into words, and the bytes written in the byte alphabet.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    /// <summary>GPT-2's pattern.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly SplitPreTokenizer s_words = new(new CodePointRegex(Pattern), SplitBehavior.Isolated, invert: false);

    public override void Apply(PieceText text)
    {
        if (addPrefixSpace)
            AddPrefixSpaces(text);
        if (useRegex)
            s_words.Apply(text);

        StringBuilder mapped = new(text.Text.Length + 16);
        List<TextMatch> pieces = new(text.Pieces.Count);
        foreach (TextMatch piece in text.Pieces)
        {
            int start = mapped.Length;
            for (int i = piece.Start; i < piece.End;)
                i += ByteAlphabet.Append(mapped, text.Text, i);
            pieces.Add(new TextMatch(start, mapped.Length - start));
        }

        text.Replace(mapped.ToString(), pieces);
    }

    private static void AddPrefixSpaces(PieceText text)
    {
        StringBuilder changed = new(text.Text.Length + text.Pieces.Count);
        List<TextMatch> pieces = new(text.Pieces.Count);
        foreach (TextMatch piece in text.Pieces)
        {
            int start = changed.Length;
            if (text.Text[piece.Start] != ' ')
                changed.Append(' ');
            changed.Append(text[piece]);
            pieces.Add(new TextMatch(start, changed.Length - start));
        }

        text.Replace(changed.ToString(), pieces);
    }
}
