using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Shuffled batches of rows of a cache, over and over.</summary>
/// <remarks>Every pass over the rows has an order of its own, which takes no memory; rows that fill no batch at its end are left out.</remarks>
public sealed class CachedActivations : IBatchSource<ActivationBatch>
{
    private readonly ActivationCache _cache;
    private readonly int _batchSize;
    private readonly RandomStream _random;
    private long _given;

    /// <summary>Batches from the start.</summary>
    /// <param name="cache">The rows.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="random">Orders the rows.</param>
    /// <exception cref="PalimpsestException">The rows fill no batch.</exception>
    public CachedActivations(ActivationCache cache, int batchSize, RandomStream random)
    {
        (_cache, _batchSize, _random) = (cache ?? throw new ArgumentNullException(nameof(cache)), batchSize, random);
        StreamedActivations.RequireBatch(cache.Rows, batchSize);
    }

    /// <inheritdoc/>
    public ActivationBatch Next()
    {
        int batches = _cache.Rows / _batchSize, at = (int)(_given % batches) * _batchSize;
        Permutation order = new(_random.Child("rows", (_given / batches).ToString(CultureInfo.InvariantCulture)), _cache.Rows);
        _given++;
        int[] rows = [.. Enumerable.Range(at, _batchSize).Select(i => order[i])];
        return _cache.Read(rows);
    }

    /// <inheritdoc/>
    public string SaveCursor() => _given.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _given = long.Parse(cursor, CultureInfo.InvariantCulture);
}
