using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>Batches of queries with their passages out of an example stream, in its order.</summary>
/// <remarks>Not by length, as other batches are: the passages of a batch are each other's negatives, and those of one length would be alike in kind.</remarks>
public sealed class PairBatches : IBatchSource<PairBatch>, IDisposable
{
    private const int BatchesPerPool = 16;
    private readonly BatchPools<PairSequences, PairBatch> _pools;

    /// <summary>Batches from the start of a stream.</summary>
    /// <param name="stream">Pairs; disposed with this object.</param>
    /// <param name="encoder">Makes tokens of them.</param>
    /// <param name="batchSize">Queries of a batch, at least 2.</param>
    /// <param name="random">Orders the batches of each pool.</param>
    public PairBatches(IExampleStream stream, PairEncoder encoder, int batchSize, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 2);
        ArgumentNullException.ThrowIfNull(random);
        _pools = new BatchPools<PairSequences, PairBatch>(stream, encoder.Encode, encoder.MaxLength, random, next =>
            [.. Enumerable.Range(0, batchSize * BatchesPerPool).Select(_ => next()).Chunk(batchSize).Select(PairBatch.Of)]);
    }

    /// <summary>Pairs left out so far because a text is too long or has no tokens.</summary>
    public long LeftOut => _pools.LeftOut;

    /// <summary>Mean length of the texts in tokens; 0 before the first batch.</summary>
    public double MeanLength => Share(batch => batch.Batch);

    /// <summary>Share of the present pool that is tokens, not padding; 0 before the first batch.</summary>
    public double FillRate => Share(batch => batch.Ids.Length);

    /// <inheritdoc/>
    public PairBatch Next() => _pools.Next();

    /// <inheritdoc/>
    public string SaveCursor() => _pools.SaveCursor();

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _pools.RestoreCursor(cursor);

    /// <inheritdoc/>
    public void Dispose() => _pools.Dispose();

    private double Share(Func<TokenBatch, double> of) =>
        _pools.Pool.Length == 0 ? 0 : _pools.Pool.Sum(batch => (double)batch.Tokens) / _pools.Pool.Sum(batch => of(batch.Queries) + of(batch.Passages));
}
