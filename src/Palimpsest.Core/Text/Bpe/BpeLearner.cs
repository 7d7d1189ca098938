namespace Palimpsest.Text.Bpe;

/// <summary>Learns merges from counted pieces. Pair counts are kept up to date as merges change the pieces, so each merge costs no more than the places where its pair stands.</summary>
internal sealed class BpeLearner
{
    private readonly BpeTrainerOptions _options;
    private readonly List<int[]> _words = [];
    private readonly List<int> _lengths = [];
    private readonly List<long> _counts = [];
    private readonly Dictionary<(int Left, int Right), long> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special;

    // Entries may be out of date; a count only falls between looks, except where a new entry is put in.
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue = new(Comparer<(long Count, int Left, int Right)>.Create(
        (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Right.CompareTo(b.Right)));

    public BpeLearner(Dictionary<string, long> pieces, BpeTrainerOptions options)
    {
        _options = options;
        _special = new HashSet<string>(options.SpecialTokens, StringComparer.Ordinal);
        foreach (string special in options.SpecialTokens)
            AddToken(special);
        int[] bytes = new int[256];
        foreach (char character in ByteAlphabet.Characters.ToArray().Order())
            bytes[ByteAlphabet.ByteOf(character)] = AddToken(character.ToString());
        foreach ((string piece, long count) in pieces)
        {
            _words.Add([.. piece.Select(character => bytes[ByteAlphabet.ByteOf(character)])]);
            _lengths.Add(piece.Length);
            _counts.Add(count);
        }
    }

    /// <summary>The tokens by id: special ones, the byte alphabet in order of code points, then one for each merge.</summary>
    public List<string> Tokens { get; } = [];

    /// <summary>The merges in the order in which they were learned.</summary>
    public List<(int Left, int Right)> Merges { get; } = [];

    public void Learn()
    {
        for (int word = 0; word < _words.Count; word++)
        {
            for (int i = 0; i + 1 < _lengths[word]; i++)
                Change((_words[word][i], _words[word][i + 1]), _counts[word], word);
        }

        foreach (((int Left, int Right) pair, long count) in _pairCounts)
            _queue.Enqueue(pair, (count, pair.Left, pair.Right));
        while (Tokens.Count < _options.VocabularySize && _queue.TryDequeue(out (int Left, int Right) pair, out (long Count, int Left, int Right) seen))
        {
            long count = _pairCounts.GetValueOrDefault(pair);
            if (count < _options.MinFrequency)
                continue;
            if (count != seen.Count)
            {
                _queue.Enqueue(pair, (count, pair.Left, pair.Right));
                continue;
            }

            string token = Tokens[pair.Left] + Tokens[pair.Right];

            // A piece of text that spells a special token must not become that token.
            if (token.Length <= _options.MaximumTokenLength && !_special.Contains(token))
                Merge(pair, token);
        }
    }

    private void Merge((int Left, int Right) pair, string token)
    {
        if (!_ids.TryGetValue(token, out int merged))
            merged = AddToken(token);
        Merges.Add(pair);
        HashSet<(int Left, int Right)> grown = [];
        foreach (int word in _places[pair])
            MergeIn(word, pair, merged, grown);
        _places.Remove(pair);
        _pairCounts.Remove(pair);
        foreach ((int Left, int Right) changed in grown)
            _queue.Enqueue(changed, (_pairCounts[changed], changed.Left, changed.Right));
    }

    private void MergeIn(int word, (int Left, int Right) pair, int merged, HashSet<(int Left, int Right)> grown)
    {
        int[] symbols = _words[word];
        int length = _lengths[word], kept = 0;
        long count = _counts[word];
        for (int i = 0; i < length; i++, kept++)
        {
            if (i + 1 >= length || symbols[i] != pair.Left || symbols[i + 1] != pair.Right)
            {
                symbols[kept] = symbols[i];
                continue;
            }

            // What stood around the pair goes, what stands around the new symbol comes.
            if (kept > 0)
            {
                Change((symbols[kept - 1], pair.Left), -count, word);
                Grow((symbols[kept - 1], merged), count, word, grown);
            }

            if (i + 2 < length)
            {
                Change((pair.Right, symbols[i + 2]), -count, word);
                Grow((merged, symbols[i + 2]), count, word, grown);
            }

            symbols[kept] = merged;
            i++;
        }

        _lengths[word] = kept;
    }

    private void Grow((int Left, int Right) pair, long by, int word, HashSet<(int Left, int Right)> grown)
    {
        Change(pair, by, word);
        grown.Add(pair);
    }

    private void Change((int Left, int Right) pair, long by, int word)
    {
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_pairCounts, pair, out _) += by;
        if (by < 0)
            return;
        if (!_places.TryGetValue(pair, out HashSet<int>? places))
            _places.Add(pair, places = []);
        places.Add(word);
    }

    private int AddToken(string token)
    {
        _ids.Add(token, Tokens.Count);
        Tokens.Add(token);
        return Tokens.Count - 1;
    }
}
