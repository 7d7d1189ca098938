using System.Runtime.InteropServices;

namespace Palimpsest.Text;

/// <summary>Remembers the ids of pieces met lately. A fixed number of slots, each written whole, so it needs no lock and never grows; what falls on a taken slot replaces it.</summary>
/// <param name="encode">What appends the ids of a piece; the same ones each time.</param>
internal sealed class PieceCache(PieceEncoder encode)
{
    // Longer pieces seldom come back.
    private const int MaximumLength = 48;

    // 16,384 slots hold the words of ordinary text; with the keys at most about 4 MB.
    private const int Slots = 1 << 14;
    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>Appends the ids of a piece, remembered or new.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > MaximumLength)
        {
            encode(piece, ids);
            return;
        }

        ref Entry? place = ref _entries[Hash(piece) & (Slots - 1)];
        if (Volatile.Read(ref place) is Entry entry && piece.SequenceEqual(entry.Piece))
        {
            ids.AddRange(entry.Ids);
            return;
        }

        int before = ids.Count;
        encode(piece, ids);
        Volatile.Write(ref place, new Entry(piece.ToString(), CollectionsMarshal.AsSpan(ids)[before..].ToArray()));
    }

    private static int Hash(ReadOnlySpan<char> piece)
    {
        uint hash = 2166136261;
        foreach (char character in piece)
            hash = (hash ^ character) * 16777619;
        return (int)(hash ^ (hash >> 15));
    }

    private sealed record Entry(string Piece, int[] Ids);
}
