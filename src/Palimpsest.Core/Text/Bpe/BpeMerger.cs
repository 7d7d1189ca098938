using System.Buffers;

namespace Palimpsest.Text.Bpe;

/// <summary>Merges the symbols of a word: always the pair of the lowest rank, the leftmost of equal ones.</summary>
internal static class BpeMerger
{
    // Below this length looking at every pair is faster than a heap.
    private const int Short = 24;

    /// <summary>Merges in place; gives the number of symbols left.</summary>
    public static int Merge(Span<int> symbols, PairTable merges) => symbols.Length switch
    {
        < 2 => symbols.Length,
        <= Short => MergeShort(symbols, merges),
        _ => MergeLong(symbols, merges),
    };

    private static int MergeShort(Span<int> symbols, PairTable merges)
    {
        int count = symbols.Length;
        Span<int> ranks = stackalloc int[Short], results = stackalloc int[Short];
        for (int i = 0; i + 1 < count; i++)
            ranks[i] = merges.Find(symbols[i], symbols[i + 1], out results[i]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == int.MaxValue)
                break;
            symbols[best] = results[best];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            if (best + 1 < count)
            {
                ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
                results[(best + 2)..count].CopyTo(results[(best + 1)..]);
                ranks[best] = merges.Find(symbols[best], symbols[best + 1], out results[best]);
            }

            if (best > 0)
                ranks[best - 1] = merges.Find(symbols[best - 1], symbols[best], out results[best - 1]);
        }

        return count;
    }

    // A linked list and a heap of (rank, place): n log n, so that a megabyte of one letter stays a matter of a second.
    private static int MergeLong(Span<int> symbols, PairTable merges)
    {
        int count = symbols.Length;
        int[] next = ArrayPool<int>.Shared.Rent(count), previous = ArrayPool<int>.Shared.Rent(count);
        MergeQueue queue = new(count);
        for (int i = 0; i < count; i++)
        {
            next[i] = i + 1 < count ? i + 1 : -1;
            previous[i] = i - 1;
            if (i + 1 < count)
                queue.AddUnordered(merges.Find(symbols[i], symbols[i + 1], out _), i);
        }

        queue.Order();
        while (queue.TryTake(out int rank, out int at))
        {
            // The entry is out of date when one of its symbols has been merged away or has become another.
            int right = next[at];
            if (symbols[at] < 0 || right < 0 || merges.Find(symbols[at], symbols[right], out int merged) != rank)
                continue;
            symbols[at] = merged;
            symbols[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0)
            {
                previous[next[at]] = at;
                queue.Add(merges.Find(merged, symbols[next[at]], out _), at);
            }

            if (previous[at] >= 0)
                queue.Add(merges.Find(symbols[previous[at]], merged, out _), previous[at]);
        }

        int left = 0;
        for (int i = 0; i >= 0; i = next[i])
            symbols[left++] = symbols[i];
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        queue.Dispose();
        return left;
    }
}
