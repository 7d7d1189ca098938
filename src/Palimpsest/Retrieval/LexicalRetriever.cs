using Palimpsest.Metrics;

namespace Palimpsest.Retrieval;

/// <summary>Ranks by the words that query and document share (<see cref="Bm25Index"/>).</summary>
public sealed class LexicalRetriever : IRetriever
{
    private readonly Bm25Index _index;
    private readonly bool _stem;

    /// <summary>Indexes documents.</summary>
    /// <param name="documents">Their texts.</param>
    /// <param name="options">Settings of BM25.</param>
    /// <param name="stem">Whether words are cut to their stems (Porter).</param>
    public LexicalRetriever(IEnumerable<string> documents, Bm25Options? options = null, bool stem = false)
    {
        ArgumentNullException.ThrowIfNull(documents);
        _stem = stem;
        _index = new Bm25Index(documents.Select(text => Rouge.Tokenize(text, stem)), options);
    }

    /// <inheritdoc/>
    public string Name => _stem ? "bm25-stems" : "bm25";

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<(int Document, double Score)>> Search(IReadOnlyList<string> queries, int count) =>
        [.. queries.Select(query => (IReadOnlyList<(int, double)>)[.. _index.Search(Rouge.Tokenize(query, _stem), count).Select(hit => (hit.Document, hit.Score))])];
}
