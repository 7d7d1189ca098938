using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.PreTokenization;

/// <summary>A text on its way through the pre-tokenizers: the characters and the pieces that they are cut into so far. Pieces are in order, do not overlap and are never empty.</summary>
internal sealed class PieceText
{
    public PieceText(string text, bool atStart)
    {
        Text = text;
        AtStart = atStart;
        Pieces = text.Length == 0 ? [] : [new TextMatch(0, text.Length)];
    }

    public string Text { get; private set; }

    /// <summary>True when the first piece begins at the beginning of what the user gave.</summary>
    public bool AtStart { get; }

    public List<TextMatch> Pieces { get; private set; }

    public ReadOnlySpan<char> this[TextMatch piece] => Text.AsSpan(piece.Start, piece.Length);

    /// <summary>Puts other pieces, over another text where the characters changed.</summary>
    public void Replace(string text, List<TextMatch> pieces) => (Text, Pieces) = (text, pieces);
}
