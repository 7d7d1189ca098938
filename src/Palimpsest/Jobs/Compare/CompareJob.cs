using System.Globalization;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Workers;

namespace Palimpsest.Jobs.Compare;

/// <summary>Runs a recipe of another kind once for every arm and seed, after each arm was tuned with the same budget. Every part is a run with a folder of
/// its own,
/// so that a stopped comparison goes on where it was.</summary>
/// <param name="kinds">The kinds that can be compared.</param>
public sealed class CompareJob(IReadOnlyList<IJob> kinds) : Job<CompareRecipe, CompareResult>
{
    /// <inheritdoc/>
    public override string Kind => "compare";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(CompareRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (IJob job, Recipe shared) = Read(recipe, recipe.Set);
        return job.Inputs(shared).Prepend(("base", recipe.Base));
    }

    /// <inheritdoc/>
    protected override int? Threads(CompareRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (IJob job, Recipe shared) = Read(recipe, recipe.Set);
        return job.Threads(shared);
    }

    /// <inheritdoc/>
    protected override bool Run(CompareRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);

        // All that can be wrong with an override is found before the first arm is trained.
        foreach (ArmSection arm in recipe.Arms)
        {
            foreach (IReadOnlyList<string> trial in Trials(recipe, arm))
            {
                Read(recipe, [.. Own(recipe, arm), .. trial]);
                Read(recipe, [.. Own(recipe, arm), .. trial, .. recipe.Tune?.Set ?? []]);
            }
        }

        Dictionary<string, CompareArm> tuned = new(StringComparer.Ordinal);
        ComparePart[] trials = [.. recipe.Arms.Where(arm => arm.Like is null && recipe.Tune is not null).SelectMany(arm => Tuning(recipe, arm))];
        if (!RunAll(recipe, trials, context, out Dictionary<ComparePart, IReadOnlyList<ClaimResult>?> tried))
        {
            return false;
        }

        foreach (ArmSection arm in recipe.Arms)
        {
            CompareTrial[] own = [.. trials.Where(part => part.Arm == arm.Name).Select(part => new CompareTrial(part.Trial, Value(recipe, tried[part])))];
            CompareArm chosen = Choose(recipe, arm, own, tuned);
            tuned.Add(arm.Name, chosen);
            if (chosen.Chosen.Count > 0)
            {
                context.Log.Say($"{arm.Name}: {string.Join(", ", chosen.Chosen)}.");
            }
        }

        ComparePart[] reported = [.. from arm in recipe.Arms from seed in recipe.Repeats select new ComparePart(arm.Name, Seeded(seed),
            [.. Own(recipe, arm), .. tuned[arm.Name].Chosen], seed, [])];
        if (!RunAll(recipe, reported, context, out Dictionary<ComparePart, IReadOnlyList<ClaimResult>?> found))
        {
            return false;
        }

        context.Run.WriteResult(new CompareResult
        {
            Arms = [.. tuned.Values.Select(arm =>
                arm with { Diverged = [.. reported.Where(part => part.Arm == arm.Name && found[part] is null).Select(part => part.Seed)] })],
            Figures = [.. reported.SelectMany(part => (found[part] ?? []).Select(figure =>
                figure with { Arm = figure.Arm == "model" ? part.Arm : $"{part.Arm}.{figure.Arm}", Seed = part.Seed }))],
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(CompareRecipe recipe, CompareResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Figures;
    }

    /// <inheritdoc/>
    protected override Report Report(CompareRecipe recipe, CompareResult result, string folder) => CompareReport.Of(recipe, result);

    private static string Seeded(long seed) => string.Create(CultureInfo.InvariantCulture, $"seed-{seed}");

    private static IReadOnlyList<IReadOnlyList<string>> Trials(CompareRecipe recipe, ArmSection arm) =>
        recipe.Tune is null || arm.Like is not null ? [[]] : CompareGrid.Combinations(GridOf(recipe, arm));

    private static IReadOnlyDictionary<string, IReadOnlyList<string>> GridOf(CompareRecipe recipe, ArmSection arm) =>
        arm.Grid.Count > 0 ? arm.Grid : recipe.Tune!.Grid;

    // What an arm sets, under what it takes over from the arm that it is like.
    private static IReadOnlyList<string> Own(CompareRecipe recipe, ArmSection arm) => arm.Like is string like
        ? [.. Own(recipe, recipe.Arms.First(other => other.Name == like)), .. arm.Set] : [.. recipe.Set, .. arm.Set];

    private static IEnumerable<ComparePart> Tuning(CompareRecipe recipe, ArmSection arm) => Trials(recipe, arm).Select((trial, i) =>
        new ComparePart(arm.Name, string.Create(CultureInfo.InvariantCulture, $"tune-{i + 1}"), [.. Own(recipe, arm), .. trial, .. recipe.Tune!.Set], recipe.Tune.Seed, trial));

    private static double? Value(CompareRecipe recipe, IReadOnlyList<ClaimResult>? found) => found is null ? null
        : found.LastOrDefault(figure => figure.Metric == recipe.Tune!.Metric)?.Value
            ?? throw new PalimpsestException($"tune.metric: there is no \"{recipe.Tune!.Metric}\" among the results of {recipe.Base}. There are: "
                + $"{string.Join(", ", found.Select(figure => figure.Metric).Distinct())}.");

    private static CompareArm Choose(CompareRecipe recipe, ArmSection arm, IReadOnlyList<CompareTrial> tried, Dictionary<string, CompareArm> done)
    {
        if (arm.Like is string like)
        {
            // Its own overrides come last, so that they hold against what was chosen.
            return new CompareArm(arm.Name, [], [.. done[like].Chosen, .. arm.Set], []);
        }

        if (recipe.Tune is not TuneSection tune)
        {
            return new CompareArm(arm.Name, [], [], []);
        }

        CompareTrial best = tried.Where(trial => trial.Value is not null).MinBy(trial => tune.Lowest ? trial.Value : -trial.Value)
            ?? throw new PalimpsestException($"arms: with none of the settings tried did \"{arm.Name}\" come to an end. Try other values in its grid.");
        return new CompareArm(arm.Name, tried, best.Overrides, CompareGrid.Edges(GridOf(recipe, arm), best.Overrides));
    }

    // The figures of every part, null where its loss became no number, which is a result and no fault. False if it was told to stop.
    private bool RunAll(CompareRecipe recipe, ComparePart[] parts, JobContext context, out Dictionary<ComparePart, IReadOnlyList<ClaimResult>?> found)
    {
        Dictionary<ComparePart, IReadOnlyList<ClaimResult>?> results = found = [];
        return new WorkerPool(recipe.Workers, TorchThreads.Count).Run(
            parts, part => $"{part.Arm}, {part.Name}", (part, stop) => Run(recipe, part, context, stop), results.Add, stop: context.Stop);
    }

    private IReadOnlyList<ClaimResult>? Run(CompareRecipe recipe, ComparePart part, JobContext context, CancellationToken stop)
    {
        (IJob job, Recipe own) = Read(recipe, [.. part.Overrides, string.Create(CultureInfo.InvariantCulture, $"seed={part.Seed}")]);
        string folder = Path.Combine(context.Run.Path, "arms", part.Arm, part.Name);
        try
        {
            return new JobRunner(kinds, new PartLog(context.Log, $"{part.Arm}, {part.Name}"), context.Ranks).Part(own, folder, stop)
                ? job.Results(own, folder) : throw new OperationCanceledException(stop);
        }
        catch (DivergedException)
        {
            return null;
        }
    }

    private (IJob Job, Recipe Recipe) Read(CompareRecipe recipe, IReadOnlyList<string> overrides)
    {
        JobRunner runner = new(kinds, new PartLog(null, ""));
        Recipe part = runner.Read(recipe.Base, overrides);
        IJob job = kinds.First(kind => kind.Kind == part.Kind);
        return part.Seeds.Count == 0 ? (job, job.Complete(part))
            : throw new PalimpsestException($"{recipe.Base}: the seeds of a comparison are named in repeats. Leave seeds out of the base recipe.");
    }
}
