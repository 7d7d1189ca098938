namespace Palimpsest.Text.Normalization;

/// <summary>Writes the text in the byte alphabet.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override string Apply(string text) => ByteAlphabet.Encode(text);
}
