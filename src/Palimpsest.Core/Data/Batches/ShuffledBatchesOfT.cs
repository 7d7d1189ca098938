using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>The batches of things that fit into memory, one shuffled epoch after the other; the last batch of an epoch may be smaller.</summary>
/// <typeparam name="TItem">What is put together.</typeparam>
/// <typeparam name="TBatch">What one pass is made of.</typeparam>
/// <param name="items">At least one.</param>
/// <param name="batchSize">Items of a batch.</param>
/// <param name="join">Makes a batch of items.</param>
/// <param name="random">Every epoch takes a stream of its own from it.</param>
public class ShuffledBatches<TItem, TBatch>(IReadOnlyList<TItem> items, int batchSize, Func<IReadOnlyList<TItem>, TBatch> join, RandomStream random)
    : IBatchSource<TBatch>
{
    private readonly int[] _order = new int[items.Count];
    private int _served;

    /// <summary>Batches of an epoch.</summary>
    public int PerEpoch => (items.Count + batchSize - 1) / batchSize;

    /// <inheritdoc/>
    public TBatch Next()
    {
        (int epoch, int place) = Math.DivRem(_served++, PerEpoch);
        if (place == 0)
        {
            Shuffle(epoch);
        }

        return join([.. _order.Skip(place * batchSize).Take(batchSize).Select(index => items[index])]);
    }

    /// <inheritdoc/>
    public string SaveCursor() => _served.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        _served = int.Parse(cursor, CultureInfo.InvariantCulture);
        Shuffle(_served / PerEpoch);
    }

    private void Shuffle(int epoch)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        random.Child("epoch", epoch.ToString(CultureInfo.InvariantCulture)).Shuffle<int>(_order);
    }
}
