using System.Collections.Concurrent;

namespace Palimpsest.Text;

/// <summary>A byte-pair tokenizer as <c>tokenizer.json</c> describes it: byte-level (GPT-2, Llama 3, Qwen) or with byte fallback (Llama 2).</summary>
/// <remarks>Immutable and thread-safe. Order of work: added tokens are cut out, the rest is normalised, split into pieces, encoded piece by piece; then the template's tokens are put around.</remarks>
public sealed class Tokenizer
{
    private const int CachedPieces = 1 << 16;
    private readonly TokenizerParts _parts;
    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _ids = new Dictionary<string, int>(parts.Vocabulary, StringComparer.Ordinal);
        foreach (AddedToken token in parts.AddedTokens)
        {
            _ids[token.Content] = token.Id;
        }

        _tokens = new string[_ids.Count == 0 ? 0 : _ids.Values.Max() + 1];
        foreach ((string token, int id) in _ids)
        {
            _tokens[id] = token;
        }
    }

    /// <summary>Highest id + 1.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="path">A folder that holds <c>tokenizer.json</c>, or the file.</param>
    /// <exception cref="PalimpsestException">The file is missing or malformed, or has a part that is not supported; the message names it.</exception>
    public static Tokenizer Load(string path) => TokenizerReader.Load(Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path);

    /// <summary>The id of a token, or null.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; lone surrogates count as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the template's tokens (such as a begin token) are put around.</param>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Before);
        }

        int start = 0;
        while (start < text.Length)
        {
            (int at, AddedToken? found) = FindAdded(text, start);
            EncodePlain(text[start..at], ids);
            if (found is null)
            {
                break;
            }

            ids.Add(found.Id);
            start = at + found.Content.Length;
        }

        if (addSpecialTokens)
        {
            ids.AddRange(_parts.After);
        }

        return [.. ids];
    }

    /// <summary>The text of ids. Ids outside the vocabulary are dropped; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        List<string> tokens = new(ids.Length);
        foreach (int id in ids)
        {
            if (id >= 0 && id < _tokens.Length && _tokens[id] is string token && !(skipSpecialTokens && _parts.SpecialIds.Contains(id)))
            {
                tokens.Add(token);
            }
        }

        return _parts.Decode(tokens);
    }

    /// <summary>The leftmost added token from a place on; of several at one place the longest.</summary>
    private (int At, AddedToken? Token) FindAdded(string text, int start)
    {
        int best = text.Length;
        AddedToken? found = null;
        foreach (AddedToken token in _parts.AddedTokens)
        {
            int at = text.IndexOf(token.Content, start, Math.Min(text.Length, best + token.Content.Length) - start, StringComparison.Ordinal);
            if (at >= 0 && (at < best || (at == best && found is not null && token.Content.Length > found.Content.Length)))
            {
                (best, found) = (at, token);
            }
        }

        return (best, found);
    }

    private void EncodePlain(string text, List<int> ids)
    {
        if (text.Length == 0)
        {
            return;
        }

        foreach (string piece in _parts.Split(_parts.Normalize(text)))
        {
            if (piece.Length > 64)
            {
                _parts.Model.Encode(piece, ids);
                continue;
            }

            if (!_cache.TryGetValue(piece, out int[]? known))
            {
                List<int> made = [];
                _parts.Model.Encode(piece, made);
                known = [.. made];
                if (_cache.Count < CachedPieces)
                {
                    _cache.TryAdd(piece, known);
                }
            }

            ids.AddRange(known);
        }
    }
}
