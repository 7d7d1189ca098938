using Palimpsest.Evaluation;

namespace Palimpsest.Jobs.Retrieval;

/// <summary>What a comparison of retrievers found.</summary>
public sealed record RetrievalResult
{
    /// <summary>The collection.</summary>
    public required string Subject { get; init; }

    /// <summary>Documents.</summary>
    public required int Documents { get; init; }

    /// <summary>Judged queries.</summary>
    public required int Queries { get; init; }

    /// <summary>The measures of each retriever; every item is a query.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Measurement>> Arms { get; init; }

    /// <summary>Seconds of indexing and of searching, by retriever.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> Seconds { get; init; }
}
