namespace Palimpsest.Data.Retrieval;

/// <summary>Documents, questions, and which documents answer which question: what a retriever is judged on.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Documents">At least one; identifiers differ.</param>
/// <param name="Queries">At least one that has a judgement; identifiers differ.</param>
/// <param name="Judgements">By query, the grade of each judged document: above 0 is relevant.</param>
public sealed record RetrievalCollection(
    string Name, IReadOnlyList<RetrievalText> Documents, IReadOnlyList<RetrievalText> Queries, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Judgements)
{
    /// <summary>Whether a document with the identifier of a query is that query itself, which does not count as found: BEIR's rule
    /// (<c>ignore_identical_ids</c>), made for ArguAna and Quora.</summary>
    /// <value>The default is false; true for collections in the form of BEIR.</value>
    public bool LeavesOutTheQueryItself { get; init; }

    /// <summary>Checks the parts against each other and joins them; queries that nobody judged are left out.</summary>
    /// <inheritdoc cref="RetrievalCollection"/>
    /// <exception cref="PalimpsestException">An identifier occurs twice, or no query is judged.</exception>
    internal static RetrievalCollection Join(string name, IReadOnlyList<RetrievalText> documents, IReadOnlyList<RetrievalText> queries, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgements)
    {
        foreach ((string what, IReadOnlyList<RetrievalText> texts) in new[] { ("document", documents), ("query", queries) })
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            if (texts.FirstOrDefault(text => !seen.Add(text.Id)) is RetrievalText twice)
            {
                throw new PalimpsestException($"{name}: the {what} \"{twice.Id}\" occurs twice. Identifiers must differ.");
            }
        }

        RetrievalText[] judged = [.. queries.Where(query => judgements.ContainsKey(query.Id))];
        if (documents.Count == 0 || judged.Length == 0)
        {
            throw new PalimpsestException($"{name}: {documents.Count} documents and {queries.Count} queries, of which {judged.Length} are judged. Nothing can be measured; check that the identifiers of the three files belong together.");
        }

        return new RetrievalCollection(name, documents, judged, judgements);
    }
}
