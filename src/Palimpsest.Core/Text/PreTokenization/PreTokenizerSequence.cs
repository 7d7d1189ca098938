namespace Palimpsest.Text.PreTokenization;

/// <summary>Pre-tokenizers one after the other; each sees the pieces, and the characters, that the one before it left.</summary>
internal sealed class PreTokenizerSequence(PreTokenizer[] parts) : PreTokenizer
{
    public override void Apply(PieceText text)
    {
        foreach (PreTokenizer part in parts)
            part.Apply(text);
    }
}
