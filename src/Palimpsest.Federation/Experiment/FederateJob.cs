using System.Globalization;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.Robust;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Privacy;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Federation.Experiment;

/// <summary>Trains one model together on the data of many clients, and measures what it costs and whom it serves.</summary>
public sealed class FederateJob : Job<FederateRecipe, FederateResult>
{
    /// <inheritdoc/>
    public override string Kind => "federate";

    /// <summary>The folder of the adapter in a run's folder.</summary>
    public static string AdapterOf(string folder) => Path.Combine(folder, "artifacts", "adapter");

    /// <summary>The folder of the model in a run's folder.</summary>
    public static string ModelOf(string folder) => Path.Combine(folder, "artifacts", "model");

    /// <inheritdoc/>
    protected override FederateRecipe Complete(FederateRecipe recipe) => recipe.Completed;

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(FederateRecipe recipe)
    {
        yield return ("model", EmbeddedModels.Resolve(recipe.Model.Name));
        if (recipe.Data.File is string file)
        {
            yield return ("data", file);
        }
    }

    /// <inheritdoc/>
    protected override int? Threads(FederateRecipe recipe) => recipe.Train.Threads;

    /// <inheritdoc/>
    protected override bool Run(FederateRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
        if (context.Ranks.Count > 1)
        {
            throw new PalimpsestException("A federation runs in one process; clients train side by side in its workers (train.workers). Start it without "
                + "mpirun.");
        }

        if (recipe.Data is { SkipBad: true, File: string file })
        {
            BadLines.Say(recipe.Data.Columns.Open(file, skipBad: true), context.Log);
        }

        ClientPopulation population = recipe.Data.Population(recipe.Seed);
        if (recipe.Train.Cohort > population.Count)
        {
            throw new PalimpsestException($"{population.Subject}: train.cohort is {recipe.Train.Cohort}, but there are {population.Count} clients. Lower it.");
        }

        using BudgetLedger? ledger = recipe.Privacy?.Open();
        if (recipe.Privacy is not null)
        {
            context.Log.Say(recipe.Privacy.Said);
        }

        FederatedAlgorithm algorithm = FederatedAlgorithmRegistry.Create(recipe.Method.Algorithm);
        using FederatedTraining federation = new(new FederationParts
        {
            Clients = population.Count,
            Name = population.NameOf,
            Open = () => ClientModel.Open(recipe.ClientModel, population, recipe.Train.Threads),
            Algorithm = algorithm,
            Aggregator = Aggregator(recipe, population.Count, ledger),
            Optimizer = layout => ServerOptimizerRegistry.Create(recipe.Server, layout.Count),
            Options = recipe.Train,
            Random = new RandomStream(recipe.Seed, "federate", "rounds"),
            Folder = context.Run.Checkpoints,
        });
        context.Log.Say(string.Create(CultureInfo.InvariantCulture,
            $"{recipe.Model.Name}: {federation.Layout.Count:N0} parameters are trained and sent ({Part(recipe)}). {population.Subject}."));
        if (federation.TryResume())
        {
            context.Log.Say($"Going on from round {federation.Round} of {recipe.Train.Rounds}.");
        }

        FederateCourse course = new(recipe, federation, population, context);
        if (federation.Round == 0)
        {
            course.Evaluate(0); // whether or not the course is measured
        }

        if (!federation.Run(course.Round, course.Evaluate, context.Stop) || course.Last is not { } after || after.Round < recipe.Train.Rounds)
        {
            return false;
        }

        ClientModel model = ClientModel.Open(recipe.ClientModel, population, recipe.Train.Threads);
        using IClientModel trained = PartialClientModel.Of(model, algorithm.Trains);
        float[] weights = federation.Weights.ToArray();
        federation.Served(null)?.Apply(0, weights);
        model.Save(trained is PartialClientModel part ? part.Whole(weights) : weights, AdapterOf(context.Run.Path), ModelOf(context.Run.Path));
        context.Run.WriteResult(Result(recipe, context, population, federation, course, after, model.Parameters));
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(FederateRecipe recipe, FederateResult result) => FederateFigures.Of(recipe, result);

    /// <inheritdoc/>
    protected override Report Report(FederateRecipe recipe, FederateResult result, string folder) =>
        FederateReport.Of(recipe, result, RunFolder.ReadMetrics(folder));

    private static IRoundAggregator Aggregator(FederateRecipe recipe, int clients, BudgetLedger? ledger) => (recipe.Privacy, recipe.Method.Aggregator) switch
    {
        ({ } privacy, _) => privacy.Aggregator(clients, recipe.Train, recipe.Seed, ledger),
        (_, FederateAggregator.Median) => new MedianAggregator(clients, recipe.Train.Cohort),
        (_, FederateAggregator.TrimmedMean) => new TrimmedMeanAggregator(clients, recipe.Train.Cohort, recipe.Method.TrimShare ?? 0.1),
        _ => new MeanAggregator(clients, recipe.Train.Cohort),
    };

    private static string Part(FederateRecipe recipe) => recipe.Method.Part switch
    {
        TrainedPart.Whole => "the whole model",
        TrainedPart.Head => "the head",
        _ => $"an adapter of rank {recipe.Method.Lora.Rank}",
    };

    private static FederateResult Result(FederateRecipe recipe, JobContext context, ClientPopulation population, FederatedTraining federation,
        FederateCourse course, FederateScores after, long parameters)
    {
        IReadOnlyList<MetricsRow> metrics = context.Run.ReadMetrics();
        long Sum(string figure) => (long)metrics.Sum(row => row.Values.GetValueOrDefault(figure));
        return new FederateResult
        {
            Subject = population.Subject,
            Parameters = parameters,
            Trained = federation.Layout.Count,
            Before = course.Before,
            After = after,
            Curve =
            [
                .. metrics.Where(row => row.Values.ContainsKey("held_out_loss")).Select(row => new FederatePoint((int)row.Step, (long)row.Values["bytes"],
                    row.Values["held_out_loss"], row.Values.TryGetValue("held_out_accuracy", out double accuracy) ? accuracy : null)),
            ],
            Clients =
            [
                .. Enumerable.Range(0, population.Count).Select(client => new FederateClient(population.NameOf(client), federation.Answers[client],
                    federation.Traffic.Of(client, TrafficKind.Download).Bytes, federation.Traffic.Of(client, TrafficKind.Upload).Bytes)),
            ],
            Download = federation.Traffic.Total(TrafficKind.Download),
            Upload = federation.Traffic.Total(TrafficKind.Upload),
            Asked = Sum("asked"),
            Dropped = Sum("dropped"),
            Empty = Sum("empty"),
            Refusals = course.Refusals,
            Steps = Sum("steps"),
            Seconds = metrics.Select(row => row.Values.GetValueOrDefault("seconds")).DefaultIfEmpty().Max(),
            Privacy = federation.Privacy,
        };
    }
}
