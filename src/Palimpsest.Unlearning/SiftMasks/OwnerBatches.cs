using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>The batches of one owner's examples, without end: all of them in every batch where they fit, else one shuffled epoch after the other.</summary>
/// <param name="sequences">The owner's examples as tokens, at least one.</param>
/// <param name="batchSize">Most examples of a batch.</param>
/// <param name="random">Shuffles; every epoch takes a stream of its own from it.</param>
internal sealed class OwnerBatches(IReadOnlyList<TokenSequence> sequences, int batchSize, RandomStream random) : IBatchSource
{
    private long _served;
    private TokenBatch? _whole;

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        int perEpoch = (sequences.Count + batchSize - 1) / batchSize;
        if (perEpoch == 1)
        {
            _served++;
            return _whole ??= TokenBatch.Of(sequences);
        }

        (long epoch, long place) = Math.DivRem(_served++, perEpoch);
        int[] order = [.. Enumerable.Range(0, sequences.Count)];
        random.Child("epoch", epoch.ToString(CultureInfo.InvariantCulture)).Shuffle<int>(order);
        return TokenBatch.Of([.. order.Skip((int)place * batchSize).Take(batchSize).Select(i => sequences[i])]);
    }

    /// <inheritdoc/>
    public string SaveCursor() => _served.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor) => _served = long.Parse(cursor, CultureInfo.InvariantCulture);
}
