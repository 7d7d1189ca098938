using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>Makes batches pool by pool, gives those of a pool in random order, and finds a place again by making its pool once more.</summary>
/// <param name="stream">The examples; disposed with this object.</param>
/// <param name="encoder">Makes tokens of them.</param>
/// <param name="random">Orders the batches of each pool.</param>
/// <param name="fill">Makes the batches of a pool of the next examples, the same every time.</param>
internal sealed class BatchPools(IExampleStream stream, ExampleEncoder encoder, RandomStream random, Func<EncodedExamples, TokenBatch[]> fill) : IBatchSource, IDisposable
{
    private readonly EncodedExamples _examples = new(stream, encoder);
    private StreamBatchesCursor _cursor = new(stream.Cursor, 0, 0, 0, 0);

    /// <summary>The batches of the present pool; empty before the first.</summary>
    public TokenBatch[] Pool { get; private set; } = [];

    /// <summary>Examples left out so far, each counted once.</summary>
    public long LeftOut => _examples.LeftOut;

    /// <summary>Examples read so far, each counted once.</summary>
    public long Read => _examples.Read;

    /// <summary>Share of the present pool that is tokens, not padding; 0 before the first batch.</summary>
    public double FillRate => Pool.Length == 0 ? 0 : Pool.Sum(batch => (double)batch.Tokens) / Pool.Sum(batch => (double)batch.Ids.Length);

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        if (Pool.Length == 0)
        {
            Fill();
        }

        // Not an alternative: a place that was saved behind the last batch of a pool is found again there.
        if (_cursor.Batch == Pool.Length)
        {
            _cursor = new StreamBatchesCursor(stream.Cursor, _cursor.Pool + 1, 0, LeftOut, Read);
            Fill();
        }

        if (_cursor.Batch < 0 || _cursor.Batch >= Pool.Length)
        {
            throw new PalimpsestException("The saved place in the batches is not there. The data or its settings have changed; start the run anew.");
        }

        TokenBatch batch = Pool[_cursor.Batch];
        _cursor = _cursor with { Batch = _cursor.Batch + 1 };
        return batch;
    }

    /// <inheritdoc/>
    public string SaveCursor() => JsonSerializer.Serialize(_cursor, StreamBatchesJson.Default.StreamBatchesCursor);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        try
        {
            _cursor = JsonSerializer.Deserialize(cursor, StreamBatchesJson.Default.StreamBatchesCursor) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"The saved place in the batches is damaged ({error.Message.TrimEnd('.')}). Start the run anew.", error);
        }

        stream.Restore(_cursor.Stream);
        Pool = [];
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private void Fill()
    {
        (_examples.LeftOut, _examples.Read) = (_cursor.LeftOut, _cursor.Read);
        Pool = fill(_examples);
        random.Child("pool", _cursor.Pool.ToString(CultureInfo.InvariantCulture)).Shuffle(Pool.AsSpan());
    }
}

/// <summary>A place in <see cref="BatchPools"/>: the stream at the start of the pool, and the batch within it.</summary>
internal sealed record StreamBatchesCursor(ExampleCursor Stream, long Pool, int Batch, long LeftOut, long Read = 0);

/// <summary>JSON of <see cref="StreamBatchesCursor"/> without reflection.</summary>
[JsonSerializable(typeof(StreamBatchesCursor))]
internal sealed partial class StreamBatchesJson : JsonSerializerContext;
