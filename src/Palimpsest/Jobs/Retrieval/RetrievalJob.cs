using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Retrieval;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Retrieval;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;

namespace Palimpsest.Jobs.Retrieval;

/// <summary>Compares BM25 and, where an encoder is named, dense retrieval on one collection.</summary>
public sealed class RetrievalJob : Job<RetrievalRecipe, RetrievalResult>
{
    /// <inheritdoc/>
    public override string Kind => "retrieval";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(RetrievalRecipe recipe)
    {
        (string Name, string? Path)[] inputs =
            [("encoder", recipe.Encoder), ("documents", recipe.Data.Documents), ("queries", recipe.Data.Queries), ("judgements", recipe.Data.Judgements)];
        return inputs.Where(input => input.Path is not null).Select(input => (input.Name, input.Path!));
    }

    /// <inheritdoc/>
    protected override int? Threads(RetrievalRecipe recipe) => recipe.Encoder is null ? null : 0;

    /// <inheritdoc/>
    protected override bool Run(RetrievalRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        RetrievalCollection collection = recipe.Data.Read();
        string[] documents = [.. collection.Documents.Select(document => document.Text)];
        context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"{collection.Name}: {documents.Length:N0} documents, {collection.Queries.Count:N0} judged queries."));
        HashSet<string> known = [.. collection.Documents.Select(document => document.Id)];
        if (collection.LeavesOutTheQueryItself && collection.Queries.Count(query => known.Contains(query.Id)) is > 0 and int same)
        {
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{same:N0} queries are documents of the collection by their identifiers; they do not count as found for themselves, as BEIR evaluates."));
        }

        using SentenceEncoder? encoder = recipe.Encoder is string folder ? SentenceEncoder.Load(folder, new TorchContext(seed: recipe.Seed)) : null;
        List<Func<IRetriever>> arms = [Words(stem: false), Words(stem: true)];
        if (encoder is not null)
        {
            arms.Add(() => new DenseRetriever(documents, encoder));
        }

        Func<IRetriever> Words(bool stem) => () => new LexicalRetriever(documents, recipe.Bm25, stem, context.Log.Say);

        Dictionary<string, IReadOnlyList<Measurement>> found = new(StringComparer.Ordinal);
        Dictionary<string, IReadOnlyList<double>> seconds = new(StringComparer.Ordinal);
        foreach (Func<IRetriever> arm in arms)
        {
            if (context.Stop.IsCancellationRequested)
            {
                return false;
            }

            long clock = Stopwatch.GetTimestamp();
            IRetriever retriever = arm();
            double indexing = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            clock = Stopwatch.GetTimestamp();
            IReadOnlyList<Measurement> measured = RetrievalMeasures.Of(collection, retriever, recipe.Depth);
            seconds.Add(retriever.Name, [indexing, Stopwatch.GetElapsedTime(clock).TotalSeconds]);
            found.Add(retriever.Name, measured);
            context.Log.Say($"{retriever.Name}: {string.Join("; ", measured.Select(m => $"{m.Label} {m.Value.ToString("F4", CultureInfo.InvariantCulture)}"))}.");
        }

        context.Run.WriteResult(new RetrievalResult { Subject = collection.Name, Documents = documents.Length, Queries = collection.Queries.Count, Arms = found, Seconds = seconds });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(RetrievalRecipe recipe, RetrievalResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. result.Arms.SelectMany(arm => arm.Value.Select(m => m.ToResult(arm.Key, recipe.Seed)))];
    }

    /// <inheritdoc/>
    protected override Report Report(RetrievalRecipe recipe, RetrievalResult result, string folder)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        RandomStream random = new(recipe.Seed, "report", "intervals");
        string[] arms = [.. result.Arms.Keys];
        Interval Of(string arm, int measure) => result.Arms[arm][measure].Interval(random.Child(arm, RetrievalMeasures.Names[measure].Metric));
        Interval[][] cells = [.. RetrievalMeasures.Names.Select((_, measure) => arms.Select(arm => Of(arm, measure)).ToArray())];
        ReportTable table = new(
            ["measure", .. arms],
            [.. RetrievalMeasures.Names.Select((measure, i) =>
                (IReadOnlyList<string>)[measure.Label,
                .. cells[i].Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell.Estimate:F4} [{cell.Lower:F4}, {cell.Upper:F4}]"))])],
            "Means over queries with 95% bootstrap intervals over them");
        ReportTable times = new(["retriever", "indexing", "searching"], [.. result.Seconds.Select(pair => (IReadOnlyList<string>)[pair.Key, JobText.Seconds(pair.Value[0]), JobText.Seconds(pair.Value[1])])]);
        return new Report
        {
            Title = $"Retrieval on {result.Subject}",
            Lead = string.Create(CultureInfo.InvariantCulture, $"{result.Queries:N0} judged queries over {result.Documents:N0} documents."),
            Figures = [.. arms.Select((arm, i) => new ReportFigure($"nDCG@10, {arm}", cells[0][i].Estimate.ToString("F4", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"[{cells[0][i].Lower:F4}, {cells[0][i].Upper:F4}]")))],
            Sections = [new ReportSection("What is found", [table]), new ReportSection("Time", [times])],
        };
    }

    private static RetrievalResult Result(string folder) => RunFolder.ResultOf<RetrievalResult>(folder);
}
