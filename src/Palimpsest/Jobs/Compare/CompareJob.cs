using System.Globalization;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;
using Palimpsest.Training;

namespace Palimpsest.Jobs.Compare;

/// <summary>Runs a recipe of another kind once for every arm and seed, after each arm was tuned with the same budget. Every part is a run with a folder of its own,
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

        List<CompareArm> arms = [];
        List<ClaimResult> figures = [];
        foreach (ArmSection arm in recipe.Arms)
        {
            if (Tune(recipe, arm, arms, context) is not CompareArm tuned)
            {
                return false;
            }

            List<long> diverged = [];
            foreach (long seed in recipe.Repeats)
            {
                try
                {
                    if (Part(recipe, [.. Own(recipe, arm), .. tuned.Chosen], seed, Seeded(seed), arm.Name, context) is not IReadOnlyList<ClaimResult> found)
                    {
                        return false;
                    }

                    figures.AddRange(found.Select(figure => figure with { Arm = figure.Arm == "model" ? arm.Name : $"{arm.Name}.{figure.Arm}", Seed = seed }));
                }
                catch (DivergedException)
                {
                    diverged.Add(seed);
                }
            }

            arms.Add(tuned with { Diverged = diverged });
        }

        context.Run.WriteResult(new CompareResult { Arms = arms, Figures = figures });
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

    private CompareArm? Tune(CompareRecipe recipe, ArmSection arm, List<CompareArm> done, JobContext context)
    {
        if (arm.Like is string like)
        {
            // Its own overrides come last, so that they hold against what was chosen.
            return new CompareArm(arm.Name, [], [.. done.First(other => other.Name == like).Chosen, .. arm.Set], []);
        }

        if (recipe.Tune is not TuneSection tune)
        {
            return new CompareArm(arm.Name, [], [], []);
        }

        List<CompareTrial> tried = [];
        foreach (IReadOnlyList<string> trial in Trials(recipe, arm))
        {
            string name = $"tune-{tried.Count + 1}";
            double? value;
            try
            {
                if (Part(recipe, [.. Own(recipe, arm), .. trial, .. tune.Set], tune.Seed, name, arm.Name, context) is not IReadOnlyList<ClaimResult> found)
                {
                    return null;
                }

                value = found.LastOrDefault(figure => figure.Metric == tune.Metric)?.Value
                    ?? throw new PalimpsestException($"tune.metric: there is no \"{tune.Metric}\" among the results of {recipe.Base}. There are: "
                        + $"{string.Join(", ", found.Select(figure => figure.Metric).Distinct())}.");
            }
            catch (DivergedException)
            {
                value = null; // a learning rate too high is a result, not a fault
            }

            tried.Add(new CompareTrial(trial, value));
            context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"{arm.Name}, {string.Join(", ", trial)}: {tune.Metric} {value:G5}"));
        }

        CompareTrial[] ranked = [.. tried.Where(trial => trial.Value is not null).OrderBy(trial => tune.Lowest ? trial.Value : -trial.Value)];
        return ranked.Length > 0 ? new CompareArm(arm.Name, tried, ranked[0].Overrides, CompareGrid.Edges(GridOf(recipe, arm), ranked[0].Overrides))
            : throw new PalimpsestException($"arms: with none of the settings tried did \"{arm.Name}\" come to an end. Try other values in its grid.");
    }

    // The figures of one run, or null where it was told to stop.
    private IReadOnlyList<ClaimResult>? Part(CompareRecipe recipe, IReadOnlyList<string> overrides, long seed, string name, string arm, JobContext context)
    {
        (IJob job, Recipe part) = Read(recipe, [.. overrides, string.Create(CultureInfo.InvariantCulture, $"seed={seed}")]);
        string folder = Path.Combine(context.Run.Path, "arms", arm, name);
        JobRunner runner = new(kinds, new PartLog(context.Log, $"{arm}, {name}"), context.Ranks);
        return runner.Part(part, folder, context.Stop) ? job.Results(part, folder) : null;
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
