using Palimpsest.Metrics;

namespace Palimpsest.Retrieval;

/// <summary>Ranks by the words that query and document share (<see cref="Bm25Index"/>).</summary>
public sealed class LexicalRetriever : IRetriever
{
    private readonly Bm25Index _index;
    private readonly Bm25Tokens _tokens;
    private readonly bool _stem;
    private readonly Action<string>? _say;

    /// <summary>Indexes documents.</summary>
    /// <param name="documents">Their texts.</param>
    /// <param name="options">Settings of BM25; what counts as a word is one of them.</param>
    /// <param name="stem">Whether words are cut to their stems (Porter).</param>
    /// <param name="say">Who is told, in one sentence, of queries without any word. Without it they are refused.</param>
    public LexicalRetriever(IEnumerable<string> documents, Bm25Options? options = null, bool stem = false, Action<string>? say = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        (_stem, _say, _tokens) = (stem, say, (options ?? new Bm25Options()).Tokens);
        _index = new Bm25Index(documents.Select(Tokenize), options);
    }

    /// <inheritdoc/>
    public string Name => _stem ? "bm25-stems" : "bm25";

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">A query has no word, and there is nobody to tell.</exception>
    public IReadOnlyList<IReadOnlyList<(int Document, double Score)>> Search(IReadOnlyList<string> queries, int count)
    {
        ArgumentNullException.ThrowIfNull(queries);
        IReadOnlyList<string>[] words = [.. queries.Select(Tokenize)];
        int[] empty = [.. words.Index().Where(query => query.Item.Count == 0).Select(query => query.Index)];
        if (empty.Length > 0)
        {
            string way = _tokens == Bm25Tokens.Ascii
                ? "The setting tokens: ascii knows only a to z and 0 to 9; tokens: words knows every script."
                : "Leave them out, or give them a letter or a number.";
            string sentence =
                $"{Name}: {empty.Length} of {queries.Count} queries have no word to search for and find nothing, the first of them query "
                    + $"{empty[0] + 1} (\"{Shorten(queries[empty[0]])}\"). {way}";
            (_say ?? throw new PalimpsestException(sentence))(sentence);
        }

        return [.. words.Select(query => (IReadOnlyList<(int, double)>)[.. _index.Search(query, count).Select(hit => (hit.Document, hit.Score))])];
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";

    private IReadOnlyList<string> Tokenize(string text) => Bm25Index.Tokenize(text, _tokens, _stem);
}
