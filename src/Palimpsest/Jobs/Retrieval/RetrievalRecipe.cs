using Palimpsest.Common;
using Palimpsest.Metrics;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Jobs.Retrieval;

/// <summary>Compares retrievers on a collection with relevance judgements.</summary>
public sealed record RetrievalRecipe : Recipe, IValidated
{
    /// <summary>The sentence encoder of the dense retriever: a folder of sentence-transformers.</summary>
    /// <value>The default is none: words only.</value>
    public string? Encoder { get; init; }

    /// <summary>The collection.</summary>
    public RetrievalDataSection Data { get; init; } = new();

    /// <summary>Settings of BM25.</summary>
    public Bm25Options Bm25 { get; init; } = new();

    /// <summary>Documents that are ranked a query.</summary>
    /// <value>The default is 100.</value>
    public int Depth { get; init; } = 100;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Depth < 10)
        {
            yield return "depth must be at least 10, for the measures at 10.";
        }
    }
}
