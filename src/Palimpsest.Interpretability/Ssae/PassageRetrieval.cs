using Palimpsest.Metrics;
using Palimpsest.Retrieval;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Finds passages of a corpus that are like a small seed set: of each seed document the best ones, all put together by their best score.</summary>
/// <remarks>The maximum over seeds, not their mean, which would draw a domain of several subjects together into one point.</remarks>
public static class PassageRetrieval
{
    private const int MostTerms = 64;

    /// <summary>By words that passages share with a seed (BM25, k1 = 1.5, b = 0.75; of a seed its 64 terms of most weight).</summary>
    /// <param name="corpus">The passages.</param>
    /// <param name="seeds">The seed documents.</param>
    /// <param name="count">How many passages.</param>
    /// <returns>Their numbers, best first.</returns>
    public static IReadOnlyList<int> Bm25(IReadOnlyList<string> corpus, IReadOnlyList<string> seeds, int count)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        IReadOnlyList<string>[] documents = [.. corpus.Select(text => Bm25Index.Tokenize(text))];
        Bm25Index index = new(documents, new Bm25Options { K1 = 1.5, B = 0.75 });
        return Merge(seeds.Select(seed => index.Search(Terms(seed, index, documents.Length), count).Select(hit => (hit.Document, hit.Score))), count);
    }

    /// <summary>By the vectors of passages and seeds.</summary>
    /// <param name="corpus">One vector a passage.</param>
    /// <param name="seeds">One vector a seed document.</param>
    /// <param name="count">How many passages.</param>
    /// <returns>Their numbers, best first.</returns>
    public static IReadOnlyList<int> Dense(IReadOnlyList<float[]> corpus, IReadOnlyList<float[]> seeds, int count)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        return Merge(seeds.Select(seed => DenseRetriever.Best(seed, corpus, count)), count);
    }

    private static IReadOnlyList<int> Merge(IEnumerable<IEnumerable<(int Document, double Score)>> hits, int count) =>
    [
        .. hits.SelectMany(list => list).GroupBy(hit => hit.Document).Select(group => (Document: group.Key, Score: group.Max(hit => hit.Score)))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Document).Take(count).Select(hit => hit.Document),
    ];

    private static IEnumerable<string> Terms(string seed, Bm25Index index, int documents) => Bm25Index.Tokenize(seed)
        .GroupBy(term => term, StringComparer.Ordinal)
        .OrderByDescending(group => group.Count() * Math.Log(((documents - index.DocumentFrequency(group.Key) + 0.5) / (index.DocumentFrequency(group.Key)
        + 0.5)) + 1))
        .ThenBy(group => group.Key, StringComparer.Ordinal).Take(MostTerms).SelectMany(group => group);
}
