namespace Palimpsest.Text.Normalization;

/// <summary>Normalizers one after the other. Sequences inside sequences are taken apart, so that one limit holds for the whole.</summary>
internal sealed class NormalizerSequence(IEnumerable<Normalizer> parts) : Normalizer
{
    private readonly Normalizer[] _parts = [.. parts.SelectMany(part => part is NormalizerSequence inner ? inner._parts : [part])];

    public override string Apply(string text)
    {
        int before = text.Length;
        foreach (Normalizer part in _parts)
        {
            text = part.Apply(text);
            Growth.Check(before, text.Length);
        }

        return text;
    }
}
