using Palimpsest.Data.Preferences;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>Batches of pairs of answers, or of judged answers, out of an example stream; answers of about one length come together, and the batches of a pool
/// in random order.</summary>
public sealed class PreferenceBatches : IBatchSource<PreferenceBatch>, IDisposable
{
    private const int BatchesPerPool = 16;
    private readonly BatchPools<AnswerSequences, PreferenceBatch> _pools;

    /// <summary>Batches from the start of a stream.</summary>
    /// <param name="stream">Examples with a <see cref="Preference"/>; disposed with this object.</param>
    /// <param name="encoder">Makes tokens of them.</param>
    /// <param name="batchSize">Pairs, or judged answers, of a batch.</param>
    /// <param name="random">Orders the batches of each pool.</param>
    public PreferenceBatches(IExampleStream stream, ExampleEncoder encoder, int batchSize, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        _pools = new BatchPools<AnswerSequences, PreferenceBatch>(stream, encoder.EncodeAnswers, encoder.MaxLength, random, next =>
            [.. Enumerable.Range(0, batchSize * BatchesPerPool).Select(_ => next()).OrderBy(answers =>
                answers.Length).Chunk(batchSize).Select(PreferenceBatch.Of)]);
    }

    /// <summary>Examples left out so far because they are too long.</summary>
    public long LeftOut => _pools.LeftOut;

    /// <summary>Mean length of the answers with their prompts in tokens; 0 before the first batch.</summary>
    public double MeanLength => _pools.Pool.Length == 0
        ? 0 : _pools.Pool.Sum(batch => (double)batch.Answers.Tokens) / _pools.Pool.Sum(batch => batch.Answers.Batch);

    /// <summary>Share of the present pool that is tokens, not padding; 0 before the first batch.</summary>
    public double FillRate => _pools.Pool.Length == 0
        ? 0 : _pools.Pool.Sum(batch => (double)batch.Answers.Tokens) / _pools.Pool.Sum(batch => (double)batch.Answers.Ids.Length);

    /// <inheritdoc/>
    public PreferenceBatch Next() => _pools.Next();

    /// <inheritdoc/>
    public string SaveCursor() => _pools.SaveCursor();

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _pools.RestoreCursor(cursor);

    /// <inheritdoc/>
    public void Dispose() => _pools.Dispose();
}
