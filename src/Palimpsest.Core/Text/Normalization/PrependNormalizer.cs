namespace Palimpsest.Text.Normalization;

/// <summary>Puts something before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override string Apply(string text) => text.Length == 0 ? text : prefix + text;
}
