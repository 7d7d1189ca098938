using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Palimpsest.Numerics;

namespace Palimpsest.Data;

/// <summary>Batches of an example stream. Examples are encoded in pools and batched with others of about their length, so that little is padding; the batches of a pool come in random order.</summary>
public sealed class StreamBatches : IBatchSource, IDisposable
{
    // A pool of 16 batches leaves under 5% padding on the world's text and still mixes it well.
    private const int BatchesPerPool = 16;

    // So many examples in a row that do not fit mean that none does.
    private const int MostLeftOut = 10_000;

    private readonly IExampleStream _stream;
    private readonly ExampleEncoder _encoder;
    private readonly int _batchSize;
    private readonly RandomStream _random;
    private TokenBatch[] _pool = [];
    private StreamBatchesCursor _cursor;

    /// <summary>Batches from the start of a stream.</summary>
    /// <param name="stream">The examples; disposed with this object.</param>
    /// <param name="encoder">Makes tokens of them.</param>
    /// <param name="batchSize">Sequences of a batch.</param>
    /// <param name="random">Orders the batches of each pool.</param>
    public StreamBatches(IExampleStream stream, ExampleEncoder encoder, int batchSize, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _stream = stream ?? throw new ArgumentNullException(nameof(stream));
        _encoder = encoder ?? throw new ArgumentNullException(nameof(encoder));
        _random = random ?? throw new ArgumentNullException(nameof(random));
        _batchSize = batchSize;
        _cursor = new StreamBatchesCursor(_stream.Cursor, 0, 0, 0);
    }

    /// <summary>Examples left out so far because they are too long.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Mean length of the sequences of the present pool in tokens.</summary>
    public double MeanLength => _pool.Length == 0 ? 0 : _pool.Sum(batch => (double)batch.Tokens) / _pool.Sum(batch => batch.Batch);

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        if (_pool.Length == 0)
        {
            Fill();
        }
        else if (_cursor.Batch == _pool.Length)
        {
            _cursor = new StreamBatchesCursor(_stream.Cursor, _cursor.Pool + 1, 0, LeftOut);
            Fill();
        }

        TokenBatch batch = _pool[_cursor.Batch];
        _cursor = _cursor with { Batch = _cursor.Batch + 1 };
        return batch;
    }

    /// <inheritdoc/>
    public string SaveCursor() => JsonSerializer.Serialize(_cursor, StreamBatchesJson.Default.StreamBatchesCursor);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        _cursor = JsonSerializer.Deserialize(cursor, StreamBatchesJson.Default.StreamBatchesCursor)!;
        _stream.Restore(_cursor.Stream);
        _pool = [];
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        LeftOut = _cursor.LeftOut;
        List<TokenSequence> sequences = new(_batchSize * BatchesPerPool);
        for (int missed = 0; sequences.Count < _batchSize * BatchesPerPool;)
        {
            if (_encoder.Encode(_stream.Next()) is TokenSequence sequence)
            {
                sequences.Add(sequence);
                missed = 0;
            }
            else
            {
                LeftOut++;
                if (++missed == MostLeftOut)
                {
                    throw new PalimpsestException($"{MostLeftOut} examples in a row have more than {_encoder.MaxLength} tokens. Choose --too-long truncate, or a model with a longer context.");
                }
            }
        }

        _pool = [.. sequences.OrderBy(sequence => sequence.Ids.Length).Chunk(_batchSize).Select(TokenBatch.Of)];
        _random.Child("pool", _cursor.Pool.ToString(CultureInfo.InvariantCulture)).Shuffle(_pool.AsSpan());
    }
}

/// <summary>A place in <see cref="StreamBatches"/>: the stream at the start of the pool, and the batch within it.</summary>
internal sealed record StreamBatchesCursor(ExampleCursor Stream, long Pool, int Batch, long LeftOut);

/// <summary>JSON of <see cref="StreamBatchesCursor"/> without reflection.</summary>
[JsonSerializable(typeof(StreamBatchesCursor))]
internal sealed partial class StreamBatchesJson : JsonSerializerContext;
