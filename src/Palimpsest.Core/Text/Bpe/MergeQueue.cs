using System.Buffers;

namespace Palimpsest.Text.Bpe;

/// <summary>A heap of possible merges; the lowest rank comes first, and the leftmost place of equal ranks.</summary>
internal ref struct MergeQueue(int capacity)
{
    private ulong[] _heap = ArrayPool<ulong>.Shared.Rent(Math.Max(16, capacity));
    private int _count;

    /// <summary>Adds without keeping the order; <see cref="Order"/> must follow. A rank of <see cref="int.MaxValue"/> is no merge and is left out.</summary>
    public void AddUnordered(int rank, int at)
    {
        if (rank == int.MaxValue)
            return;
        if (_count == _heap.Length)
            Grow();
        _heap[_count++] = ((ulong)(uint)rank << 32) | (uint)at;
    }

    public readonly void Order() => Array.Sort(_heap, 0, _count);

    public void Add(int rank, int at)
    {
        if (rank == int.MaxValue)
            return;
        AddUnordered(rank, at);
        ulong item = _heap[_count - 1];
        int slot = _count - 1;
        while (slot > 0 && _heap[(slot - 1) / 2] > item)
        {
            _heap[slot] = _heap[(slot - 1) / 2];
            slot = (slot - 1) / 2;
        }

        _heap[slot] = item;
    }

    public bool TryTake(out int rank, out int at)
    {
        (rank, at) = (0, 0);
        if (_count == 0)
            return false;
        rank = (int)(_heap[0] >> 32);
        at = (int)(uint)_heap[0];
        ulong item = _heap[--_count];
        int slot = 0;
        while (true)
        {
            int child = (2 * slot) + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _heap[child + 1] < _heap[child])
                child++;
            if (_heap[child] >= item)
                break;
            _heap[slot] = _heap[child];
            slot = child;
        }

        _heap[slot] = item;
        return true;
    }

    public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(_heap);

    private void Grow()
    {
        ulong[] larger = ArrayPool<ulong>.Shared.Rent(_heap.Length * 2);
        _heap.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<ulong>.Shared.Return(_heap);
        _heap = larger;
    }
}
