namespace Palimpsest.Text.PostProcessing;

/// <summary>Special tokens before, between and after the text.</summary>
/// <param name="pieces">Ids to write, or null where the text goes.</param>
internal sealed class TemplatePostProcessor(int[]?[] pieces) : PostProcessor
{
    public override List<int> Apply(List<int> ids)
    {
        List<int> result = new(ids.Count + pieces.Length);
        foreach (int[]? piece in pieces)
            result.AddRange((IEnumerable<int>?)piece ?? ids);
        return result;
    }
}
