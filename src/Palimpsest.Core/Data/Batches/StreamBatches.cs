using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>Batches of an example stream. Examples are encoded in pools and batched with others of about their length, so that little is padding; the batches of a pool come in random order.</summary>
public sealed class StreamBatches : IExampleBatches
{
    // A pool of 16 batches leaves under 5% padding on the world's text and still mixes it well.
    private const int BatchesPerPool = 16;

    private readonly BatchPools<TokenSequence, TokenBatch> _pools;

    /// <summary>Batches from the start of a stream.</summary>
    /// <param name="stream">The examples; disposed with this object.</param>
    /// <param name="encoder">Makes tokens of them.</param>
    /// <param name="batchSize">Sequences of a batch.</param>
    /// <param name="random">Orders the batches of each pool.</param>
    public StreamBatches(IExampleStream stream, ExampleEncoder encoder, int batchSize, RandomStream random)
        : this((encoder ?? throw new ArgumentNullException(nameof(encoder))).Encode, stream, encoder.MaxLength, batchSize, random)
    {
    }

    /// <summary>Batches of sequences that something else makes.</summary>
    /// <param name="stream">The examples; disposed with this object.</param>
    /// <param name="encode">Makes tokens of an example, at least one; null where it is longer than fits.</param>
    /// <param name="maxLength">Most tokens of a sequence.</param>
    /// <param name="batchSize">Sequences of a batch.</param>
    /// <param name="random">Orders the batches of each pool.</param>
    public StreamBatches(IExampleStream stream, Func<TextExample, TokenSequence?> encode, int maxLength, int batchSize, RandomStream random)
        : this(Explained(encode ?? throw new ArgumentNullException(nameof(encode))), stream, maxLength, batchSize, random)
    {
    }

    private StreamBatches(ExampleEncoding<TokenSequence> encode, IExampleStream stream, int maxLength, int batchSize, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        _pools = new BatchPools<TokenSequence, TokenBatch>(stream, encode, maxLength, random, next =>
        {
            TokenSequence[] sequences = new TokenSequence[batchSize * BatchesPerPool];
            for (int i = 0; i < sequences.Length; i++)
            {
                sequences[i] = next();
            }

            return [.. sequences.OrderBy(sequence => sequence.Ids.Length).Chunk(batchSize).Select(TokenBatch.Of)];
        });
    }

    /// <inheritdoc/>
    public long LeftOut => _pools.LeftOut;

    /// <inheritdoc/>
    public long Read => _pools.Read;

    /// <inheritdoc/>
    public double MeanLength => _pools.Pool.Length == 0 ? 0 : _pools.Pool.Sum(batch => (double)batch.Tokens) / _pools.Pool.Sum(batch => batch.Batch);

    /// <inheritdoc/>
    public double FillRate => _pools.Pool.Length == 0 ? 0 : _pools.Pool.Sum(batch => (double)batch.Tokens) / _pools.Pool.Sum(batch => (double)batch.Ids.Length);

    /// <inheritdoc/>
    public double UnpackedFillRate => FillRate;

    /// <inheritdoc/>
    public TokenBatch Next() => _pools.Next();

    /// <inheritdoc/>
    public string SaveCursor() => _pools.SaveCursor();

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _pools.RestoreCursor(cursor);

    /// <inheritdoc/>
    public void Dispose() => _pools.Dispose();

    private static ExampleEncoding<TokenSequence> Explained(Func<TextExample, TokenSequence?> encode)
    {
        return Encode;

        TokenSequence? Encode(TextExample example, out UnusedExample unused)
        {
            TokenSequence? sequence = encode(example);
            unused = sequence is null ? UnusedExample.TooLong : UnusedExample.None;
            return sequence;
        }
    }
}
