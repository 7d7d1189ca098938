namespace Palimpsest.Retrieval;

/// <summary>Ranks the documents of a collection for queries.</summary>
public interface IRetriever
{
    /// <summary>Short name of the arm.</summary>
    string Name { get; }

    /// <summary>The best documents for each query.</summary>
    /// <param name="queries">Texts.</param>
    /// <param name="count">How many documents at most, at least 1.</param>
    /// <returns>For each query the indices of documents with their scores, best first; of equal scores the earlier document first.</returns>
    IReadOnlyList<IReadOnlyList<(int Document, double Score)>> Search(IReadOnlyList<string> queries, int count);
}
