namespace Palimpsest.Text.PostProcessing;

/// <summary>One place of a template.</summary>
/// <param name="Source">The text that goes there, 0 or 1, or -1 for special tokens.</param>
/// <param name="Ids">The special tokens.</param>
/// <param name="TypeId">The type of what stands there.</param>
internal sealed record TemplatePiece(int Source, int[] Ids, int TypeId)
{
    public static TemplatePiece Text(int source, int typeId) => new(source, [], typeId);

    public static TemplatePiece Special(int id, int typeId) => new(-1, [id], typeId);
}
