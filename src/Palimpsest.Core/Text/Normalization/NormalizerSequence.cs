namespace Palimpsest.Text.Normalization;

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerSequence(Normalizer[] parts) : Normalizer
{
    public override string Apply(string text)
    {
        foreach (Normalizer part in parts)
            text = part.Apply(text);
        return text;
    }
}
