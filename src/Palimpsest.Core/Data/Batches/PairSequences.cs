namespace Palimpsest.Data.Batches;

/// <summary>A query with its passages in tokens.</summary>
/// <param name="Query">The query.</param>
/// <param name="Passage">The passage that answers it.</param>
/// <param name="Negative">A passage that does not; or null.</param>
public sealed record PairSequences(int[] Query, int[] Passage, int[]? Negative)
{
    /// <summary>Tokens of all.</summary>
    public int Tokens => Query.Length + Passage.Length + (Negative?.Length ?? 0);
}
