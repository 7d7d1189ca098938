namespace Palimpsest.Data.Retrieval;

/// <summary>A test collection in the form of BEIR: <c>corpus.jsonl</c> with <c>_id</c>, <c>title</c> and <c>text</c>, <c>queries.jsonl</c> with <c>_id</c> and <c>text</c>, and a table of judgements.</summary>
/// <remarks>As BEIR evaluates, a document with the identifier of the query does not count as found. Thakur et al., BEIR, NeurIPS 2021 Datasets and
/// Benchmarks.</remarks>
public static class BeirCollection
{
    /// <summary>Reads a collection.</summary>
    /// <param name="documents">JSON lines, gzipped if the name ends in <c>.gz</c>.</param>
    /// <param name="queries">JSON lines, likewise.</param>
    /// <param name="judgements">Lines of query, document and grade, below a header or without.</param>
    /// <exception cref="PalimpsestException">A file is missing or a line is not of its form.</exception>
    public static RetrievalCollection Read(string documents, string queries, string judgements) => RetrievalCollection.Join(
        Path.GetFileName(documents),
        [.. JsonObjects.Of(documents, "_id", "title", "text")
            .Select(line => new RetrievalText(line.Text("_id"), $"{line.TextOrEmpty("title")} {line.Text("text")}".Trim()))],
        [.. JsonObjects.Of(queries, "_id", "text").Select(line => new RetrievalText(line.Text("_id"), line.Text("text")))],
        Judgements.Read(judgements)) with
    {
        LeavesOutTheQueryItself = true,
    };
}
