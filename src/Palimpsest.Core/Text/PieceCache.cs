namespace Palimpsest.Text;

/// <summary>Remembers the ids of pieces met lately. A fixed number of slots, each written whole, so it needs no lock and never grows; what falls on a taken slot replaces it.</summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces seldom come back.</summary>
    public const int MaximumLength = 48;

    // 16,384 slots hold the words of ordinary text; with the keys at most about 4 MB.
    private const int Slots = 1 << 14;
    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>The ids of a piece, or null.</summary>
    public int[]? Find(ReadOnlySpan<char> piece, out int slot)
    {
        slot = Hash(piece) & (Slots - 1);
        Entry? entry = Volatile.Read(ref _entries[slot]);
        return entry is not null && piece.SequenceEqual(entry.Piece) ? entry.Ids : null;
    }

    public void Put(int slot, ReadOnlySpan<char> piece, ReadOnlySpan<int> ids) => Volatile.Write(ref _entries[slot], new Entry(piece.ToString(), ids.ToArray()));

    private static int Hash(ReadOnlySpan<char> piece)
    {
        uint hash = 2166136261;
        foreach (char character in piece)
            hash = (hash ^ character) * 16777619;
        return (int)(hash ^ (hash >> 15));
    }

    private sealed record Entry(string Piece, int[] Ids);
}
