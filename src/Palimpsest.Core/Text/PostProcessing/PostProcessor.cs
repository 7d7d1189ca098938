namespace Palimpsest.Text.PostProcessing;

/// <summary>Puts special tokens around the ids of a text. Immutable.</summary>
internal abstract class PostProcessor
{
    public abstract List<int> Apply(List<int> ids);
}
