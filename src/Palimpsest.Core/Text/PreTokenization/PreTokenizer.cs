namespace Palimpsest.Text.PreTokenization;

/// <summary>Cuts a text into the pieces that are encoded apart. Immutable.</summary>
internal abstract class PreTokenizer
{
    public abstract void Apply(PieceText text);
}
