using System.Diagnostics;
using System.Globalization;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Tunes owners plainly and sign-fixed, merges them by every method for growing numbers, trains one model on all, and deletes owners one after the other.</summary>
/// <remarks>arXiv 2504.04626, section 4; the rules of which arm should win stand as claims in the recipes.</remarks>
public sealed class SiftExperiment : Job<SiftRecipe, SiftResult>
{
    /// <inheritdoc/>
    public override string Kind => "sift-masks";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(SiftRecipe recipe)
    {
        yield return ("model", EmbeddedModels.Resolve(recipe.Model.Name));
        if (recipe.Data.File is string file)
        {
            yield return ("data", file);
        }

        for (int i = 0; i < recipe.Data.MoreFiles.Count; i++)
        {
            yield return (string.Create(CultureInfo.InvariantCulture, $"data {i + 2}"), recipe.Data.MoreFiles[i]);
        }
    }

    /// <inheritdoc/>
    protected override int? Threads(SiftRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(SiftRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SiftMethodSection method = recipe.Method;
        int largest = method.Sizes.Max();
        IReadOnlyList<TaskOwner> owners = TaskOwners.Of(recipe.Data, largest, recipe.Seed);
        SiftTraining training = new(recipe, owners);
        DeletionCourse course = new(largest, recipe.Seed);
        string folder = Path.Combine(context.Run.Path, "vectors");
        using SiftTuner judge = training.Tuner(method.Tuning, recipe.Model.Threads);
        context.Log.Say(string.Create(CultureInfo.InvariantCulture,
            $"{recipe.Model.Name}: {judge.Layout.Count:N0} trainable parameters; {largest} owners of {owners[0].Train.Count} examples "
                + $"({recipe.Data.Setting})."));

        FileTaskVectors Vectors(string name) => new(Path.Combine(folder, name), judge.Layout, largest);
        FileTaskVectors plain = Vectors("plain"), signed = Vectors("signed"), again = Vectors("again");
        training.Owners("sign-fixed tuning", Enumerable.Range(0, largest), signed, signFixed: true, context);
        training.Owners("plain tuning", Enumerable.Range(0, largest), plain, signFixed: false, context);
        training.Owners("tuning again", course.Order.Take(method.Refits), again, signFixed: true, context);
        if (context.Stop.IsCancellationRequested)
        {
            return false;
        }

        OwnerExam exam = new(judge, owners);
        SiftArms arms = new(exam, method, plain, signed, new RandomStream(recipe.Seed, "sift", "merging"));
        List<SiftFigure> figures = [];
        double central = 0;
        try
        {
            foreach (int size in method.Sizes.Order())
            {
                figures.AddRange(arms.Measure(size));
                if (method.CentralSteps.Count > 0 && (method.CentralSizes.Count > 0 ? method.CentralSizes.Contains(size) : size == largest && size > 1))
                {
                    long started = Stopwatch.GetTimestamp();
                    figures.Add(arms.Central(size, training.Together([.. Enumerable.Range(0, size)], method.CentralSteps, context.Stop)));
                    central = Stopwatch.GetElapsedTime(started).TotalSeconds;
                }

                context.Log.Say($"{size} owners: {Said(figures.Where(figure => figure.Owners == size))}.");
            }

            foreach (int shards in method.Shards)
            {
                SiftFigure[] found = [.. arms.Shards(largest, shards, who => training.Together(who, [Math.Max(1, method.CentralSteps.Max() / shards)], context.Stop)[0])];
                figures.AddRange(found);
                context.Log.Say($"{shards} groups: {Said(found)}.");
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        context.Run.WriteResult(new SiftResult
        {
            Parameters = judge.Layout.Count,
            Figures = figures,
            Deletions = course.Run(exam, arms.Asked(largest), signed, again, method.DeletionsAt),
            Density = arms.Asked(largest).Average(owner => signed.Mask(owner).Density),
            TuneSeconds = [plain.Seconds.Average(), signed.Seconds.Average()],
            RefitSeconds = [.. again.Seconds],
            CentralSeconds = central,
        });
        if (judge.Boundaries.Sentence is string apart)
        {
            context.Log.Say(apart);
        }

        Directory.Delete(folder, recursive: true);
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(SiftRecipe recipe, SiftResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        List<ClaimResult> results = [];
        void Add(string arm, string metric, int owners, double value, IReadOnlyList<double>? items = null, bool modelled = false) =>
            results.Add(new ClaimResult(arm, metric, recipe.Seed, value)
            {
                At = new Dictionary<string, string>(StringComparer.Ordinal) { ["owners"] = owners.ToString(CultureInfo.InvariantCulture) },
                Items = items ?? [],
                Modelled = modelled,
            });
        foreach (SiftFigure figure in result.Figures)
        {
            Add(figure.Arm, "answer_probability", figure.Owners, figure.Probability.Average(), figure.Probability);
            if (figure.Accuracy.Count > 0)
            {
                Add(figure.Arm, "accuracy", figure.Owners, figure.Accuracy.Average(), figure.Accuracy);
            }
        }

        int largest = result.Figures.Max(figure => figure.Owners);
        Add("sift-masks", "deletion_equals_fresh", largest, result.Deletions.All(point => point.EqualsFresh) ? 1 : 0);
        if (result.Deletions.LastOrDefault(point => point.Deleted > 0 && point.HeldIn >= 0) is SiftDeletion last)
        {
            Add("sift-masks", "held_in_change", largest, last.HeldIn - result.Deletions[0].HeldIn);
        }

        Add("sift-masks", "forgotten", largest, result.Deletions[^1].Forgotten);
        Add("sift-masks", "cumulative_refits", largest, SiftCost.MergeRefits(largest - 1), modelled: true);
        Add("central", "cumulative_refits", largest, SiftCost.CentralRefits(largest, largest - 1), modelled: true);
        return results;
    }

    /// <inheritdoc/>
    protected override Report Report(SiftRecipe recipe, SiftResult result, string folder) => SiftReport.Of(recipe, result);

    private static string Said(IEnumerable<SiftFigure> figures) => string.Join("; ", figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Arm} {figure.Probability.Average():F3}")));
}
