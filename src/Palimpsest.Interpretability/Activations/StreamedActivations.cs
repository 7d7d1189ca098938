using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Activations computed as they are needed: documents in random order fill a pool, whose rows are given out shuffled. Memory is that of the pool,
/// however many
/// documents there are.</summary>
/// <remarks>Rows that fill no batch at the end of a pool are left out. A place in the stream is the pool's first document and the batches given, so a resumed
/// run reads that pool again and has the same bits.</remarks>
public sealed class StreamedActivations : IBatchSource<ActivationBatch>
{
    private readonly ActivationReader _reader;
    private readonly IReadOnlyList<int[]> _documents;
    private readonly int _batchSize, _poolRows;
    private readonly RandomStream _random;
    private Cursor _cursor = new(0, 0, 0);
    private ActivationBatch? _pool;
    private int[] _order = [];
    private (int Epoch, int Document) _next;

    /// <summary>A stream from its start.</summary>
    /// <param name="reader">Reads the activations.</param>
    /// <param name="documents">Tokens of each document, at least one kept token in all of them together.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="poolBatches">Batches of a pool.</param>
    /// <param name="random">Orders documents and rows.</param>
    /// <exception cref="PalimpsestException">All documents together fill no batch.</exception>
    public StreamedActivations(ActivationReader reader, IReadOnlyList<int[]> documents, int batchSize, int poolBatches, RandomStream random)
    {
        _reader = reader ?? throw new ArgumentNullException(nameof(reader));
        _documents = documents ?? throw new ArgumentNullException(nameof(documents));
        ArgumentOutOfRangeException.ThrowIfLessThan(poolBatches, 1);
        (_batchSize, _poolRows, _random) = (batchSize, batchSize * poolBatches, random);
        RequireBatch(documents.Sum(reader.Kept), batchSize);
    }

    private sealed record Cursor(int Epoch, int Document, int Given);

    /// <inheritdoc/>
    public ActivationBatch Next()
    {
        if (_pool is null || _order.Length - (_cursor.Given * _batchSize) < _batchSize)
        {
            Fill(_pool is null ? _cursor : new Cursor(_next.Epoch, _next.Document, 0));
        }

        int from = _cursor.Given * _batchSize;
        _cursor = _cursor with { Given = _cursor.Given + 1 };
        return _pool!.Pick(_order.AsSpan(from, _batchSize));
    }

    /// <inheritdoc/>
    public string SaveCursor() => JsonSerializer.Serialize(_cursor);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        _cursor = JsonSerializer.Deserialize<Cursor>(cursor)!;
        _pool = null;
    }

    /// <summary>Refuses sources that fill no batch.</summary>
    internal static void RequireBatch(long rows, int batchSize)
    {
        if (rows < batchSize)
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"There are activations of {rows:N0} tokens, which fill no batch of {batchSize:N0}. Take more texts, or a smaller batch_size."));
        }
    }

    private void Fill(Cursor at)
    {
        List<ActivationBatch> parts = [];
        int rows = 0, epoch = at.Epoch, document = at.Document;
        if (document >= _documents.Count)
        {
            (epoch, document) = (epoch + 1, 0);
        }

        at = at with { Epoch = epoch, Document = document };
        while (rows < _poolRows)
        {
            if (document >= _documents.Count)
            {
                (epoch, document) = (epoch + 1, 0);
            }

            Permutation order = new(_random.Child("documents", epoch.ToString(CultureInfo.InvariantCulture)), _documents.Count);
            List<int[]> some = [];
            for (int kept = 0; document < _documents.Count && rows + kept < _poolRows && some.Count < 256; document++)
            {
                some.Add(_documents[order[document]]);
                kept += _reader.Kept(some[^1]);
            }

            ActivationBatch part = _reader.Read(some, document - some.Count);
            parts.Add(part);
            rows += part.Rows;
        }

        _pool = ActivationBatch.Join(parts, apart: true);
        _order = [.. Enumerable.Range(0, _pool.Rows)];
        _random.Child("rows", at.Epoch.ToString(CultureInfo.InvariantCulture), at.Document.ToString(CultureInfo.InvariantCulture)).Shuffle(_order.AsSpan());
        (_cursor, _next) = (at, (epoch, document));
    }
}
