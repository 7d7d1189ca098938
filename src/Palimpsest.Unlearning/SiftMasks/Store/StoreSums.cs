using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>The sums of a store, one file a generation. A sum is never changed: every operation writes the next one, and the ledger says which is true.</summary>
/// <param name="folder">The store's files.</param>
/// <param name="count">Number of entries.</param>
/// <param name="format">The grid.</param>
internal sealed class StoreSums(StoreFolder folder, long count, FixedPointFormat format)
{
    private const int Block = 1 << 16;

    /// <summary>The sum after a line of the ledger.</summary>
    /// <exception cref="PalimpsestException">The file is missing or not the one that the ledger names.</exception>
    public FixedPointAccumulator Open(LedgerEntry head, int owners)
    {
        string path = folder.Accumulator(head.Sequence);
        FixedPointAccumulator sum = FixedPointAccumulator.Open(path, count);
        if (sum.ContentHash() == head.After)
        {
            return sum;
        }

        sum.Dispose();
        throw new PalimpsestException($"{path}: the sum is damaged: its hash is not the one in the ledger. All {owners} owners are served from it. 'palimpsest owners rebuild' makes it again from the owners' data or kept vectors.");
    }

    /// <summary>Writes the sum of a generation and waits until it is on the disk.</summary>
    /// <param name="generation">Its number.</param>
    /// <param name="fill">Fills it, from zero.</param>
    /// <returns>SHA-256 of its codes.</returns>
    public string Write(long generation, Action<FixedPointAccumulator> fill)
    {
        StoreFolder.Erase(folder.Accumulator(generation)); // of a lost ledger's time
        using FixedPointAccumulator next = FixedPointAccumulator.Create(folder.Accumulator(generation), count, format);
        fill(next);
        next.Flush();
        return next.ContentHash();
    }

    /// <summary>Writes the sum that follows the present one when a vector is added or taken away.</summary>
    public string WriteNext(LedgerEntry head, int owners, float[] vector, bool add)
    {
        using FixedPointAccumulator sum = Open(head, owners);
        return Write(head.Sequence + 1, next =>
        {
            for (long offset = 0; offset < count; offset += Block)
            {
                int length = (int)Math.Min(Block, count - offset);
                sum.Block(offset, length).CopyTo(next.Block(offset, length));
                ReadOnlySpan<float> part = vector.AsSpan((int)offset, length);
                if (add)
                {
                    next.Add(offset, part);
                }
                else
                {
                    next.Subtract(offset, part);
                }
            }
        });
    }
}
