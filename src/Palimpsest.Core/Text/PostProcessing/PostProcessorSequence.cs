namespace Palimpsest.Text.PostProcessing;

/// <summary>Post-processors one after the other; none leaves the ids as they are.</summary>
internal sealed class PostProcessorSequence(PostProcessor[] parts) : PostProcessor
{
    public override List<int> Apply(List<int> ids)
    {
        foreach (PostProcessor part in parts)
            ids = part.Apply(ids);
        return ids;
    }
}
