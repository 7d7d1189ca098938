using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Ranks;

namespace Palimpsest.Jobs;

/// <summary>Runs recipes in run folders: every seed, the verdicts on claims, and the report. Whatever happens, the folder says how the run ended.</summary>
/// <param name="jobs">All kinds of experiments there are.</param>
/// <param name="log">Where jobs tell what they do.</param>
/// <param name="ranks">The processes that run the same beside this one; null for none. Only the first one's folder is kept.</param>
public sealed class JobRunner(IReadOnlyList<IJob> jobs, IJobLog log, IRanks? ranks = null)
{
    /// <summary>The kinds that recipes can name.</summary>
    public IEnumerable<string> Kinds => jobs.Select(job => job.Kind);

    /// <summary>Reads a recipe of any kind.</summary>
    /// <param name="path">A YAML file.</param>
    /// <param name="overrides">Overrides of the form <c>train.steps=100</c>.</param>
    /// <exception cref="PalimpsestException">The file is missing or does not fit, or its kind is unknown.</exception>
    public Recipe Read(string path, IEnumerable<string>? overrides = null)
    {
        string kind = RecipeReader.PeekKind(path);
        IJob job = jobs.FirstOrDefault(job => job.Kind == kind)
            ?? throw new PalimpsestException($"{path}: there is no kind \"{kind}\". {(NearestName.Find(kind, Kinds) is string near ? $"Did you mean \"{near}\"? " : "")}There are: {string.Join(", ", Kinds)}.");
        return RecipeReader.Read(job.RecipeType, path, overrides);
    }

    /// <summary>Runs a recipe in a new folder.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="root">Folder of all runs.</param>
    /// <param name="stop">Ends the run at the next step, with a checkpoint.</param>
    /// <returns>The run's folder, and whether the run came to its end.</returns>
    /// <exception cref="PalimpsestException">Something that the user can mend; the run's folder holds the message too.</exception>
    public (string Folder, bool Finished) Start(Recipe recipe, string root, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        recipe = Job(recipe).Complete(recipe);
        using RunFolder run = RunFolder.Create(root, recipe.Kind, RecipeWriter.ToYaml(recipe));
        return (run.Path, Finish(Job(recipe), recipe, run, stop));
    }

    /// <summary>Goes on with an interrupted run.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="older">Whether the newest checkpoint is set aside, so that the one before is taken.</param>
    /// <param name="stop">Ends the run at the next step, with a checkpoint.</param>
    /// <returns>The run's folder, and whether the run came to its end.</returns>
    /// <exception cref="PalimpsestException">The folder is no run, another process works on it, or something else that the user can mend.</exception>
    public (string Folder, bool Finished) Resume(string folder, bool older = false, CancellationToken stop = default)
    {
        using RunFolder run = RunFolder.Open(folder);
        Recipe recipe = Read(run.RecipePath);
        if (older && run.Info.Status != RunStatus.Finished)
        {
            // Of a run over several seeds, the one that it stopped in.
            string part =
                recipe.Seeds.Select(seed => RunFolder.OfSeed(run.Path, seed)).FirstOrDefault(seed => Directory.Exists(seed)
                && RunFolder.Read(seed).Status != RunStatus.Finished) ?? run.Path;
            log.Say($"Going on from {CheckpointStore.SetNewestAside(Path.Combine(part, "checkpoints"))}; the newer one is set aside.");
        }

        return (run.Path, run.Info.Status == RunStatus.Finished || Finish(Job(recipe), recipe, run, stop));
    }

    /// <summary>Runs a recipe in a folder of a fixed name as a part of a larger run, or goes on with it; what is finished stays as it is.</summary>
    /// <param name="recipe">The part's recipe, the same whenever the part is gone on with.</param>
    /// <param name="folder">The part's folder.</param>
    /// <param name="stop">Ends the run at the next step, with a checkpoint.</param>
    /// <returns>Whether the part is finished.</returns>
    /// <exception cref="PalimpsestException">Something that the user can mend; the part's folder holds the message too.</exception>
    public bool Part(Recipe recipe, string folder, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using RunFolder part = RunFolder.OpenOrCreate(folder, recipe.Kind, RecipeWriter.ToYaml(recipe));
        return part.Info.Status == RunStatus.Finished || Finish(Job(recipe), recipe, part, stop);
    }

    /// <summary>Writes a finished run's report again.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <returns>The report's path.</returns>
    /// <exception cref="PalimpsestException">The folder is no finished run.</exception>
    public string WriteReport(string folder)
    {
        Recipe recipe = Read(Path.Combine(folder, "recipe.yaml"));
        return RunReport.Write(Job(recipe), recipe, folder);
    }

    /// <summary>The headline figures and the verdicts of a finished run, a line each.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="PalimpsestException">The folder is no finished run.</exception>
    public IReadOnlyList<string> Summary(string folder)
    {
        Recipe recipe = Read(Path.Combine(folder, "recipe.yaml"));
        Report report = RunReport.Of(Job(recipe), recipe, folder);
        int width = report.Figures.Select(figure => figure.Label.Length).DefaultIfEmpty().Max();
        IEnumerable<string> figures = report.Figures.Select(figure => $"{figure.Label.PadRight(width)}  {figure.Value}{(figure.Detail.Length > 0 ? $"   {figure.Detail}" : "")}");
        IEnumerable<string> verdicts = ClaimsFile.Read(Path.Combine(folder, "claims.json")).Select(verdict => $"claim {verdict.Claim.Id}: {VerdictText.Of(verdict.Verdict)}. {verdict.Reason}");
        return [.. figures, .. verdicts];
    }

    private IJob Job(Recipe recipe) => jobs.First(job => job.Kind == recipe.Kind);

    private bool Finish(IJob job, Recipe recipe, RunFolder run, CancellationToken stop)
    {
        try
        {
            IReadOnlyList<long> seeds = recipe.Seeds.Count > 0 ? recipe.Seeds : [recipe.Seed];
            run.SetInputs(job.Inputs(recipe).ToDictionary(input => input.Name, input => RunInput.Of(input.Path), StringComparer.Ordinal));
            run.Update(info => info with
            {
                Seeds = seeds,
                ClaimRulesSha256 = recipe.Claims.Count > 0 ? ClaimRules.Hash(recipe.Claims) : null,
            });
            if (job.Threads(recipe) is int threads)
            {
                TorchThreads.Use(threads);
            }

            JobContext context = new(run, log, stop) { Ranks = ranks ?? LoneRank.Instance };
            bool finished = recipe.Seeds.Count > 0 ? EverySeed(job, recipe, run, stop) : job.Run(recipe, context);
            if (!finished)
            {
                run.Finish(RunStatus.Stopped);
                return false;
            }

            IReadOnlyList<ClaimResult> results = RunReport.Results(job, recipe, run.Path);
            if (recipe.Claims.Count > 0)
            {
                ClaimsFile.Write(run.ClaimsPath, ClaimJudge.Judge(recipe.Claims, results));
            }

            run.Update(info => info with { Figures = Means(results) });
            run.Finish(RunStatus.Finished);
            RunReport.Write(job, recipe, run.Path);
            return true;
        }
        catch (PalimpsestException problem)
        {
            run.Finish(RunStatus.Failed, problem.Message);
            throw;
        }
    }

    private bool EverySeed(IJob job, Recipe recipe, RunFolder run, CancellationToken stop)
    {
        foreach (long seed in recipe.Seeds)
        {
            Recipe single = RunReport.OfSeed(recipe, seed);
            string folder = RunFolder.OfSeed(run.Path, seed);
            if (!File.Exists(Path.Combine(folder, "run.json")) || RunFolder.Read(folder).Status != RunStatus.Finished)
            {
                log.Say(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}."));
            }

            if (!Part(single, folder, stop))
            {
                return false;
            }
        }

        return true;
    }

    private static Dictionary<string, double> Means(IReadOnlyList<ClaimResult> results) => results
        .GroupBy(result => $"{result.Metric}.{result.Arm}{(result.At.Count > 0 ? " at " : "")}{result.Place}", StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Average(result => result.Value), StringComparer.Ordinal);
}
