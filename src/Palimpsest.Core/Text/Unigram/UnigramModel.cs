using System.Buffers;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Unigram;

/// <summary>The way to cut a piece into tokens whose scores have the highest sum.</summary>
/// <remarks>
/// Kudo, Subword Regularization, ACL 2018. Ties are broken as the reference library does: places are visited from left to right, tokens from short to long, and a later way must be better than
/// an earlier one to replace it. Sums are in double precision from the start of the piece, so a piece is never cut further. A character that is no token costs the lowest score minus 10, and a
/// row of such characters is one token. Immutable but for its cache.
/// </remarks>
internal sealed class UnigramModel : TokenModel
{
    /// <summary>The id of the unknown where there is none: a character that is no token is then an error, unless its bytes are tokens.</summary>
    public const int NoUnknown = -2;

    private const double UnknownPenalty = 10;
    private readonly PieceCache _cache;
    private readonly PrefixTrie _trie = new();
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly bool _byteFallback;

    /// <exception cref="FormatException">The vocabulary is too large.</exception>
    public UnigramModel(List<string> tokens, double[] scores, int unknown, bool byteFallback)
    {
        _cache = new PieceCache(Cut);
        (_scores, _unknown, _byteFallback) = (scores, unknown, byteFallback);
        _unknownScore = scores.Min() - UnknownPenalty;
        Vocabulary = new Vocabulary(tokens);
        for (int id = 0; id < tokens.Count; id++)
        {
            _trie.Add(tokens[id], id);
        }
    }

    public override Vocabulary Vocabulary { get; }

    public override void Encode(ReadOnlySpan<char> piece, List<int> ids) => _cache.Encode(piece, ids);

    private void Cut(ReadOnlySpan<char> piece, List<int> ids)
    {
        Step[] steps = ArrayPool<Step>.Shared.Rent(piece.Length + 1);
        steps.AsSpan(0, piece.Length + 1).Fill(new Step(0, -1, -1));
        for (int start = 0, length; start < piece.Length; start += length)
        {
            CodePoints.At(piece, start, out length);
            double score = steps[start].Score;
            bool single = false;
            for (int i = start, node = 0; i < piece.Length && (node = _trie.Next(node, piece[i])) != 0; i++)
            {
                int id = _trie.IdAt(node);
                if (id >= 0)
                {
                    Offer(ref steps[i + 1], new Step(score + _scores[id], start, id));
                    single |= i + 1 == start + length;
                }
            }

            if (!single)
            {
                Offer(ref steps[start + length], new Step(score + _unknownScore, start, _unknown));
            }
        }

        Trace(piece, steps, ids);
        ArrayPool<Step>.Shared.Return(steps);
    }

    private static void Offer(ref Step best, Step other)
    {
        if (best.Start < 0 || other.Score > best.Score)
        {
            best = other;
        }
    }

    // The steps lead backwards; they are turned round in place by noting for each start where its step ends.
    private void Trace(ReadOnlySpan<char> piece, Step[] steps, List<int> ids)
    {
        Stack<int> ends = new();
        for (int end = piece.Length; end > 0; end = steps[end].Start)
        {
            ends.Push(end);
        }

        int start = 0;
        while (ends.TryPop(out int end))
        {
            if (steps[end].Id != _unknown)
            {
                ids.Add(steps[end].Id);
            }
            else
            {
                while (ends.TryPeek(out int next) && steps[next].Id == _unknown)
                {
                    end = ends.Pop();
                }

                AddUnknown(piece[start..end], ids);
            }

            start = end;
        }
    }

    private void AddUnknown(ReadOnlySpan<char> row, List<int> ids)
    {
        if (Vocabulary.IdOf(row) is int whole)
        {
            ids.Add(whole);
            return;
        }

        byte[] bytes = _byteFallback ? new byte[Encoding.UTF8.GetByteCount(row)] : [];
        Encoding.UTF8.TryGetBytes(row, bytes, out _);
        if (bytes.Length == 0 || bytes.Any(value => Vocabulary.ByteIds[value] < 0))
        {
            ids.Add(_unknown != NoUnknown ? _unknown : throw UnknownCharacter.Error(row[..CharacterLength(row)], "it has none for the unknown (unk_id)"));
            return;
        }

        foreach (byte value in bytes)
        {
            ids.Add(Vocabulary.ByteIds[value]);
        }
    }

    private static int CharacterLength(ReadOnlySpan<char> row)
    {
        CodePoints.At(row, 0, out int length);
        return length;
    }

    // Id is -1 and Start -1 where nothing leads to.
    private readonly record struct Step(double Score, int Start, int Id);
}
