using Palimpsest.Data.Retrieval;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;

namespace Palimpsest.Retrieval;

/// <summary>What is measured of a retriever on a collection; every item is a query.</summary>
public static class RetrievalMeasures
{
    /// <summary>Short names and names for people, in order.</summary>
    public static IReadOnlyList<(string Metric, string Label)> Names => [.. s_measures.Select(measure => (measure.Metric, measure.Label))];

    private static readonly (string Metric, string Label, Func<RankedRun, double> Of)[] s_measures =
    [
        ("ndcg_10", "nDCG@10", run => run.Ndcg(10)),
        ("recall_10", "recall@10", run => run.Recall(10)),
        ("precision_1", "P@1", run => run.Precision(1)),
        ("mrr_10", "MRR@10", run => run.ReciprocalRank >= 0.1 ? run.ReciprocalRank : 0),
        ("map", "MAP", run => run.AveragePrecision()),
    ];

    /// <summary>Searches for every query.</summary>
    /// <param name="collection">Documents, queries and judgements.</param>
    /// <param name="retriever">Over the collection's documents.</param>
    /// <param name="depth">Documents that are ranked a query, at least 10.</param>
    public static IReadOnlyList<Measurement> Of(RetrievalCollection collection, IRetriever retriever, int depth)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(retriever);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 10);

        // One hit more makes up for the query itself.
        int most = depth + (collection.LeavesOutTheQueryItself ? 1 : 0);
        IReadOnlyList<IReadOnlyList<(int Document, double Score)>> hits = retriever.Search([.. collection.Queries.Select(query => query.Text)], most);
        RankedRun[] runs = [.. collection.Queries.Select((query, i) => new RankedRun(
            hits[i].Select(hit => (collection.Documents[hit.Document].Id, hit.Score)).Where(hit => !collection.LeavesOutTheQueryItself
                || hit.Id != query.Id).Take(depth).ToDictionary(StringComparer.Ordinal),
            collection.Judgements[query.Id]))];
        double[] ones = [.. runs.Select(_ => 1.0)];
        return [.. s_measures.Select(measure =>
            new Measurement { Metric = measure.Metric, Label = measure.Label, Unit = MeasurementUnit.Share, Numerators = [.. runs.Select(measure.Of)],
            Denominators = ones })];
    }
}
