using System.Runtime.InteropServices;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Words;

/// <summary>Takes the longest token that a word starts with, again and again; a word with a part that is no token is unknown as a whole.</summary>
/// <remarks>Devlin et al., BERT, NAACL 2019, released code (<c>WordpieceTokenizer</c>). Immutable but for its cache.</remarks>
internal sealed class WordPieceModel : TokenModel
{
    private readonly PieceCache _cache;
    private readonly PrefixTrie _first;
    private readonly PrefixTrie _continuing;
    private readonly int _unknown;
    private readonly int _mostCharacters;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="unknown">The id of an unknown word.</param>
    /// <param name="prefix">What the tokens inside words start with.</param>
    /// <param name="mostCharacters">Longer words, counted in code points, are unknown.</param>
    /// <exception cref="FormatException">The vocabulary is too large.</exception>
    public WordPieceModel(Vocabulary vocabulary, int unknown, string prefix, int mostCharacters)
    {
        _cache = new PieceCache(Split);
        Vocabulary = vocabulary;
        _unknown = unknown;
        _mostCharacters = mostCharacters;
        _first = new PrefixTrie();
        _continuing = prefix.Length == 0 ? _first : new PrefixTrie();
        foreach (string token in vocabulary.Tokens)
        {
            int id = vocabulary.IdOf(token)!.Value;
            _first.Add(token, id);
            if (prefix.Length > 0 && token.StartsWith(prefix, StringComparison.Ordinal))
            {
                _continuing.Add(token.AsSpan(prefix.Length), id);
            }
        }
    }

    public override Vocabulary Vocabulary { get; }

    public override void Encode(ReadOnlySpan<char> piece, List<int> ids) => _cache.Encode(piece, ids);

    private void Split(ReadOnlySpan<char> word, List<int> ids)
    {
        ReadOnlySpan<char> whole = word;
        int before = ids.Count;
        if (CodePoints.Count(word) <= _mostCharacters)
        {
            while (word.Length > 0)
            {
                int length = (ids.Count == before ? _first : _continuing).Longest(word, out int id);
                if (length == 0)
                {
                    break;
                }

                ids.Add(id);
                word = word[length..];
            }

            if (word.Length == 0)
            {
                return;
            }
        }

        CollectionsMarshal.SetCount(ids, before);
        ids.Add(_unknown != WordLevelModel.NoUnknown ? _unknown : throw WordLevelModel.Missing(whole));
    }
}
