using System.Buffers;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Bpe;

/// <summary>Byte-pair encoding: a piece falls into characters, and the pair whose merge was learned first is merged until none is left.</summary>
/// <remarks>Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword Units, ACL 2016. Immutable but for its cache; safe for use by several threads.</remarks>
internal sealed class BpeModel : TokenModel
{
    private const char Metaspace = '\u2581';
    private readonly BpeOptions _options;
    private readonly PairTable _merges;
    private readonly PieceCache _cache;
    private readonly int _unknown;
    private readonly bool _cutsAtMetaspace;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">The pairs of tokens in the order of their ranks, with the tokens that they become.</param>
    /// <param name="options">The rest.</param>
    /// <param name="ranks">The rank of each merge where some share one: of equal ranks the leftmost pair is merged first. Without it each merge has its own.</param>
    public BpeModel(Vocabulary vocabulary, IReadOnlyList<(int Left, int Right, int Merged)> merges, BpeOptions options, IReadOnlyList<int>? ranks = null)
    {
        _cache = new PieceCache(Merge);
        Vocabulary = vocabulary;
        _options = options;
        _unknown = options.UnknownToken is null ? -1 : vocabulary.IdOf(options.UnknownToken) ?? -1;
        _merges = new PairTable(merges.Count);
        for (int i = 0; i < merges.Count; i++)
            _merges.Set(merges[i].Left, merges[i].Right, ranks is null ? i : ranks[i], merges[i].Merged);
        _cutsAtMetaspace = !options.IgnoreMerges && options.ContinuingSubwordPrefix.Length == 0 && options.EndOfWordSuffix.Length == 0
            && vocabulary.IdOf([Metaspace]) is not null && merges.All(merge => !HasInnerWord(vocabulary.TokenOf(merge.Merged)!));
    }

    public override Vocabulary Vocabulary { get; }

    /// <summary>The same model with other merges.</summary>
    public BpeModel WithMerges(IReadOnlyList<(int Left, int Right, int Merged)> merges, IReadOnlyList<int> ranks) => new(Vocabulary, merges, _options, ranks);

    /// <summary>Appends the ids of one piece.</summary>
    public override void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (!_cutsAtMetaspace)
        {
            EncodeWord(piece, ids);
            return;
        }

        // Llama-2 files give a whole text as one piece. When no merge reaches across the start of a word, cutting there changes nothing and lets the cache work.
        int start = 0;
        for (int i = 1; i < piece.Length; i++)
        {
            if (piece[i] == Metaspace && piece[i - 1] != Metaspace)
            {
                EncodeWord(piece[start..i], ids);
                start = i;
            }
        }

        EncodeWord(piece[start..], ids);
    }

    private static bool HasInnerWord(string token)
    {
        for (int i = 1; i < token.Length; i++)
        {
            if (token[i] == Metaspace && token[i - 1] != Metaspace)
                return true;
        }

        return false;
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length == 0)
            return;

        _cache.Encode(word, ids);
    }

    private void Merge(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_options.IgnoreMerges && Vocabulary.IdOf(word) is int whole)
        {
            ids.Add(whole);
            return;
        }

        // A character beyond ASCII is at most three bytes a UTF-16 unit.
        int[] symbols = ArrayPool<int>.Shared.Rent(_options.ByteFallback ? word.Length * 3 : word.Length);
        int count = Symbols(word, symbols);
        count = BpeMerger.Merge(symbols.AsSpan(0, count), _merges);
        ids.AddRange(symbols.AsSpan(0, count));
        ArrayPool<int>.Shared.Return(symbols);
    }

    private int Symbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        int count = 0;
        bool pendingUnknown = false;
        for (int i = 0, length; i < word.Length; i += length)
        {
            CodePoints.At(word, i, out length);
            int id = Symbol(word.Slice(i, length), first: i == 0, last: i + length == word.Length);
            if (id < 0 && _options.ByteFallback && AddBytes(word.Slice(i, length), symbols, ref count))
                continue;
            if (id < 0 && _unknown < 0)
            {
                if (_options.UnknownToken is not null)
                    throw UnknownCharacter.Error(word.Slice(i, length),
                        $"its token for the unknown, \"{_options.UnknownToken}\", is not in its vocabulary either");
                continue;
            }

            // One unknown character is held back, so that with FuseUnknown the next ones can join it.
            if (pendingUnknown && (id >= 0 || !_options.FuseUnknown))
                symbols[count++] = _unknown;
            pendingUnknown = id < 0;
            if (id >= 0)
                symbols[count++] = id;
        }

        if (pendingUnknown)
            symbols[count++] = _unknown;
        return count;
    }

    private int Symbol(ReadOnlySpan<char> character, bool first, bool last)
    {
        if ((first || _options.ContinuingSubwordPrefix.Length == 0) && (!last || _options.EndOfWordSuffix.Length == 0))
            return Vocabulary.IdOfCharacter(character);
        return Vocabulary.IdOf($"{(first ? "" : _options.ContinuingSubwordPrefix)}{character}{(last ? _options.EndOfWordSuffix : "")}") ?? -1;
    }

    private bool AddBytes(ReadOnlySpan<char> character, Span<int> symbols, ref int count)
    {
        Rune rune = new(CodePoints.At(character, 0, out _));
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..rune.EncodeToUtf8(bytes)];
        foreach (byte value in bytes)
        {
            if (Vocabulary.ByteIds[value] < 0)
                return false;
        }

        foreach (byte value in bytes)
            symbols[count++] = Vocabulary.ByteIds[value];
        return true;
    }
}
