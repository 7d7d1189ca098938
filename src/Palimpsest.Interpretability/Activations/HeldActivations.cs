using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Shuffled batches of rows in memory, over and over; for sets that are small, such as what a retrieval found.</summary>
public sealed class HeldActivations : IBatchSource<ActivationBatch>
{
    private readonly ActivationBatch _rows;
    private readonly int _batchSize;
    private readonly RandomStream _random;
    private readonly int[] _order;
    private long _given;
    private long _pass = -1;

    /// <summary>Batches from the start.</summary>
    /// <param name="rows">The rows, at least one.</param>
    /// <param name="batchSize">Rows of a batch; where there are fewer rows a batch is all of them.</param>
    /// <param name="random">Orders the rows.</param>
    public HeldActivations(ActivationBatch rows, int batchSize, RandomStream random)
    {
        (_rows, _random) = (rows ?? throw new ArgumentNullException(nameof(rows)), random);
        StreamedActivations.RequireBatch(rows.Rows, 1);
        _batchSize = Math.Min(batchSize, rows.Rows);
        _order = new int[rows.Rows];
    }

    /// <inheritdoc/>
    public ActivationBatch Next()
    {
        int batches = _rows.Rows / _batchSize, at = (int)(_given % batches) * _batchSize;
        if (_given / batches is long pass && pass != _pass)
        {
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }

            _random.Child("rows", pass.ToString(CultureInfo.InvariantCulture)).Shuffle(_order.AsSpan());
            _pass = pass;
        }

        _given++;
        return _rows.Pick(_order.AsSpan(at, _batchSize));
    }

    /// <inheritdoc/>
    public string SaveCursor() => _given.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _given = long.Parse(cursor, CultureInfo.InvariantCulture);
}
