using System.Globalization;
using System.Text;

namespace Palimpsest.Text;

/// <summary>Byte-pair encoding of one piece of text by a ranked list of merges.</summary>
/// <remarks>
/// Sennrich et al., arXiv 1508.07909. The pair of lowest rank merges first, the leftmost of equals; a heap with lazy deletion keeps long pieces at n log n. Characters outside the vocabulary become
/// their bytes (<c>byte_fallback</c>, only if all are there) or the unknown token, runs of which are one with <c>fuse_unk</c>. Thread-safe.
/// </remarks>
internal sealed class BpeModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<long, (int Rank, int Result)> _merges;
    private readonly int[] _bytes = new int[256];
    private readonly int? _unknown;
    private readonly bool _byteFallback;
    private readonly bool _fuseUnknown;
    private readonly bool _ignoreMerges;

    public BpeModel(Dictionary<string, int> vocabulary, IEnumerable<(string Left, string Right)> merges, string? unknown, bool byteFallback, bool fuseUnknown, bool ignoreMerges)
    {
        _vocabulary = vocabulary;
        (_byteFallback, _fuseUnknown, _ignoreMerges) = (byteFallback, fuseUnknown, ignoreMerges);
        _unknown = unknown is not null && vocabulary.TryGetValue(unknown, out int id) ? id : null;
        _merges = [];
        int rank = 0;
        foreach ((string left, string right) in merges)
        {
            if (!vocabulary.TryGetValue(left, out int l) || !vocabulary.TryGetValue(right, out int r) || !vocabulary.TryGetValue(left + right, out int result))
            {
                throw new PalimpsestException($"merge {rank + 1} (\"{left}\" \"{right}\") uses or makes a token that is not in the vocabulary");
            }

            _merges.TryAdd(Key(l, r), (rank++, result));
        }

        for (int b = 0; b < 256; b++)
        {
            _bytes[b] = vocabulary.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"), out int token) ? token : -1;
        }
    }

    /// <summary>Appends the ids of a piece.</summary>
    public void Encode(string piece, List<int> ids)
    {
        if (piece.Length == 0)
        {
            return;
        }

        if (_ignoreMerges && _vocabulary.TryGetValue(piece, out int whole))
        {
            ids.Add(whole);
            return;
        }

        List<int> symbols = Symbols(piece);
        int count = symbols.Count;
        int[] previous = new int[count], next = new int[count];
        PriorityQueue<(int At, int Left, int Right), (int Rank, int At)> queue = new();
        void Offer(int at)
        {
            if (at >= 0 && next[at] < count && _merges.TryGetValue(Key(symbols[at], symbols[next[at]]), out (int Rank, int Result) merge))
            {
                queue.Enqueue((at, symbols[at], symbols[next[at]]), (merge.Rank, at));
            }
        }

        for (int i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
        }

        for (int i = 0; i < count; i++)
        {
            Offer(i);
        }

        while (queue.TryDequeue(out (int At, int Left, int Right) pair, out _))
        {
            int at = pair.At, right = next[at];
            if (symbols[at] != pair.Left || right >= count || symbols[right] != pair.Right)
            {
                continue; // one of the two has merged with another since
            }

            symbols[at] = _merges[Key(pair.Left, pair.Right)].Result;
            symbols[right] = -1;
            next[at] = next[right];
            if (next[at] < count)
            {
                previous[next[at]] = at;
            }

            Offer(previous[at]);
            Offer(at);
        }

        for (int i = 0; i < count; i = next[i])
        {
            ids.Add(symbols[i]);
        }
    }

    private List<int> Symbols(string piece)
    {
        List<int> symbols = new(piece.Length);
        bool afterUnknown = false;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in piece.EnumerateRunes())
        {
            bool unknown = false;
            if (_vocabulary.TryGetValue(rune.ToString(), out int id))
            {
                symbols.Add(id);
            }
            else
            {
                int length = rune.EncodeToUtf8(utf8);
                bool bytes = _byteFallback;
                for (int i = 0; i < length; i++)
                {
                    bytes &= _bytes[utf8[i]] >= 0;
                }

                if (bytes)
                {
                    for (int i = 0; i < length; i++)
                    {
                        symbols.Add(_bytes[utf8[i]]);
                    }
                }
                else if (_unknown is int token)
                {
                    unknown = true;
                    if (!(_fuseUnknown && afterUnknown))
                    {
                        symbols.Add(token);
                    }
                }
            }

            afterUnknown = unknown;
        }

        return symbols;
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
