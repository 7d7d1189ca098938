using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>The batches of examples that fit into memory, one shuffled epoch after the other; the last batch of an epoch may be smaller.</summary>
/// <param name="sequences">The examples as tokens, at least one.</param>
/// <param name="batchSize">Examples of a batch.</param>
/// <param name="random">Every epoch takes a stream of its own from it.</param>
public sealed class ShuffledBatches(IReadOnlyList<TokenSequence> sequences, int batchSize, RandomStream random) : IBatchSource<TokenBatch>
{
    private readonly int[] _order = new int[sequences.Count];
    private int _served;

    /// <summary>Batches of an epoch.</summary>
    public int PerEpoch => (sequences.Count + batchSize - 1) / batchSize;

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        (int epoch, int place) = Math.DivRem(_served++, PerEpoch);
        if (place == 0)
        {
            Shuffle(epoch);
        }

        return TokenBatch.Of([.. _order.Skip(place * batchSize).Take(batchSize).Select(index => sequences[index])]);
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
