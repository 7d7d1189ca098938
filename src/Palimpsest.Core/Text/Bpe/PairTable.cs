namespace Palimpsest.Text.Bpe;

/// <summary>From a pair of ids to the rank of its merge and the id it becomes. Filled once, then only read.</summary>
internal sealed class PairTable
{
    private readonly ulong[] _keys;
    private readonly ulong[] _values;
    private readonly int _mask;

    /// <param name="capacity">How many pairs at most.</param>
    public PairTable(int capacity)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity * 2));
        _keys = new ulong[size];
        _values = new ulong[size];
        _mask = size - 1;
        Array.Fill(_keys, ulong.MaxValue);
    }

    /// <summary>Sets the merge of a pair; a later one replaces an earlier one.</summary>
    public void Set(int left, int right, int rank, int merged)
    {
        int slot = Slot(left, right);
        _keys[slot] = Key(left, right);
        _values[slot] = ((ulong)(uint)rank << 32) | (uint)merged;
    }

    /// <summary>The rank of a pair's merge, or <see cref="int.MaxValue"/> when it has none.</summary>
    public int Find(int left, int right, out int merged)
    {
        int slot = Slot(left, right);
        if (_keys[slot] == ulong.MaxValue)
        {
            merged = -1;
            return int.MaxValue;
        }

        merged = (int)(uint)_values[slot];
        return (int)(_values[slot] >> 32);
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Slot(int left, int right)
    {
        ulong key = Key(left, right);
        ulong hash = key * 0x9E3779B97F4A7C15;
        int slot = (int)(hash >> 32) & _mask;
        while (_keys[slot] != key && _keys[slot] != ulong.MaxValue)
            slot = (slot + 1) & _mask;
        return slot;
    }
}
