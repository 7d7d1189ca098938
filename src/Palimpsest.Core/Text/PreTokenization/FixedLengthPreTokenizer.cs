using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.PreTokenization;

/// <summary>Cuts every so many code points.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : PreTokenizer
{
    public override void Apply(PieceText text)
    {
        List<TextMatch> pieces = [];
        foreach (TextMatch piece in text.Pieces)
        {
            int start = piece.Start, count = 0;
            for (int i = piece.Start; i < piece.End;)
            {
                CodePoints.At(text.Text, i, out int units);
                i += units;
                if (++count < length && i < piece.End)
                    continue;
                pieces.Add(new TextMatch(start, i - start));
                (start, count) = (i, 0);
            }
        }

        text.Replace(text.Text, pieces);
    }
}
