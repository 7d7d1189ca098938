using Palimpsest.Data.Batches;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>Positions of a batch that a loss looks at.</summary>
/// <param name="Rows">Indices into the batch's ids.</param>
/// <param name="Labels">The target that follows each of them, or -1 where none does.</param>
/// <param name="Padded">Whether padding may be among them: its activations are then those of libraries that mask padded keys.</param>
internal sealed record TokenPositions(long[] Rows, long[] Labels, bool Padded = false)
{
    /// <summary>The positions that predict targets.</summary>
    public static TokenPositions Answers(TokenBatch batch) => new(batch.Rows, batch.Targets);

    /// <summary>The positions of the targets themselves, one further. They carry no labels.</summary>
    public static TokenPositions Targets(TokenBatch batch) => new([.. batch.Rows.Select(row => row + 1)], [.. batch.Rows.Select(_ => -1L)]);

    /// <summary>Every position, prompts and padding included.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="last">Whether the last position of each row is among them, which predicts nothing.</param>
    public static TokenPositions All(TokenBatch batch, bool last)
    {
        Dictionary<long, long> labels = batch.Rows.Zip(batch.Targets).ToDictionary();
        long[] rows = [.. Enumerable.Range(0, batch.Batch * batch.Time).Where(at => last || (at % batch.Time) < batch.Time - 1).Select(at => (long)at)];
        return new TokenPositions(rows, [.. rows.Select(row => labels.GetValueOrDefault(row, -1))], Padded: true);
    }
}
