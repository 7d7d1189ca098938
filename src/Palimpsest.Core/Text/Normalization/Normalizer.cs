namespace Palimpsest.Text.Normalization;

/// <summary>Changes a text before it is cut into pieces. Immutable.</summary>
internal abstract class Normalizer
{
    /// <summary>The text in its new form. The text holds no lone surrogates, neither does the result.</summary>
    public abstract string Apply(string text);
}
