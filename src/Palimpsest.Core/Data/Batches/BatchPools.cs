using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>Makes batches pool by pool, gives those of a pool in random order, and finds a place again by making its pool once more.</summary>
/// <param name="stream">The examples; disposed with this object.</param>
/// <param name="encode">Makes tokens of an example, or null where it is left out.</param>
/// <param name="maxLength">Most tokens of an example, for messages.</param>
/// <param name="random">Orders the batches of each pool.</param>
/// <param name="fill">Makes the batches of a pool of the next examples, the same every time.</param>
internal sealed class BatchPools<TItem, TBatch>(IExampleStream stream, ExampleEncoding<TItem> encode, int maxLength, RandomStream random, Func<Func<TItem>,
    TBatch[]> fill) : IBatchSource<TBatch>, IDisposable
    where TItem : class
{
    private readonly EncodedExamples<TItem> _examples = new(stream, encode, maxLength);
    private StreamBatchesCursor _cursor = new(stream.Cursor, 0, 0, 0, 0);

    /// <summary>The batches of the present pool; empty before the first.</summary>
    public TBatch[] Pool { get; private set; } = [];

    /// <summary>Examples left out so far, each counted once.</summary>
    public long LeftOut => _examples.LeftOut;

    /// <summary>Examples read so far, each counted once.</summary>
    public long Read => _examples.Read;

    /// <inheritdoc/>
    public TBatch Next()
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

        TBatch batch = Pool[_cursor.Batch];
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
        Pool = fill(_examples.Next);
        random.Child("pool", _cursor.Pool.ToString(CultureInfo.InvariantCulture)).Shuffle(Pool.AsSpan());
    }
}

/// <summary>A place in <see cref="BatchPools{TItem, TBatch}"/>: the stream at the start of the pool, and the batch within it.</summary>
internal sealed record StreamBatchesCursor(ExampleCursor Stream, long Pool, int Batch, long LeftOut, long Read = 0);

/// <summary>JSON of <see cref="StreamBatchesCursor"/> without reflection.</summary>
[JsonSerializable(typeof(StreamBatchesCursor))]
internal sealed partial class StreamBatchesJson : JsonSerializerContext;
