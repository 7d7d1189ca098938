using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Tunes owners plainly and sign-fixed, merges them by every method for growing numbers, trains one model on all, and deletes owners one after the other.</summary>
/// <remarks>arXiv 2504.04626, section 4; the rules of which arm should win stand as claims in the recipes.</remarks>
public sealed class SiftExperiment : IJob
{
    private const string ResultFile = "result.json", SecondsFile = "seconds.json";

    /// <inheritdoc/>
    public string Kind => "sift-masks";

    /// <inheritdoc/>
    public Type RecipeType => typeof(SiftRecipe);

    /// <inheritdoc/>
    public IEnumerable<(string Name, string Path)> Inputs(Recipe recipe)
    {
        SiftRecipe settings = (SiftRecipe)recipe;
        yield return ("model", EmbeddedModels.Resolve(settings.Model.Name));
        if (settings.Data.File is string file)
        {
            yield return ("data", file);
        }
    }

    /// <inheritdoc/>
    public bool Run(Recipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SiftRecipe settings = (SiftRecipe)recipe;
        SiftMethodSection method = settings.Method;
        int largest = method.Sizes.Max();
        IReadOnlyList<TaskOwner> owners = TaskOwners.Of(settings.Data, largest, settings.Seed);
        string vectors = Path.Combine(context.Run.Path, "vectors");
        using SiftTuner judge = Tuner(settings, method.Tuning, new TorchContext(threads: settings.Model.Threads, seed: settings.Seed));
        context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"{settings.Model.Name}: {judge.Layout.Count:N0} trainable parameters; {largest} owners of {owners[0].Train.Count} examples ({settings.Data.Setting})."));

        FileTaskVectors plain = new(Path.Combine(vectors, "plain"), judge.Layout, largest), signed = new(Path.Combine(vectors, "signed"), judge.Layout, largest);
        double[] seconds = RunFolder.ReadArtifact<double[]>(context.Run.Path, SecondsFile) ?? [Tune(settings, owners, plain, signFixed: false, context), Tune(settings, owners, signed, signFixed: true, context)];
        if (context.Stop.IsCancellationRequested)
        {
            return false;
        }

        context.Run.WriteArtifact(SecondsFile, seconds);
        _ = new TorchContext(threads: settings.Model.Threads, seed: settings.Seed); // the workers had set one thread
        OwnerExam exam = new(judge, owners);
        SiftArms arms = new(exam, method, plain, signed, new RandomStream(settings.Seed, "sift", "merging"));
        List<SiftFigure> figures = [];
        long clock = 0;
        foreach (int size in method.Sizes.Order())
        {
            if (context.Stop.IsCancellationRequested)
            {
                return false;
            }

            figures.AddRange(arms.Measure(size));
            if (size > 1 && method.CentralSteps.Count > 0)
            {
                long started = Stopwatch.GetTimestamp();
                figures.Add(Central(settings, owners, size, arms));
                clock = Stopwatch.GetTimestamp() - started;
            }

            context.Log.Say($"{size} owners: {string.Join("; ", figures.Where(figure => figure.Owners == size).Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Arm} {figure.Probability.Average():F3}")))}.");
        }

        IReadOnlyList<SiftDeletion> deletions = DeletionCourse.Run(exam, arms, signed, largest, settings.Seed);
        context.Run.WriteArtifact(ResultFile, new SiftResult
        {
            Parameters = judge.Layout.Count,
            Figures = figures,
            Deletions = deletions,
            Density = arms.Asked(largest).Average(owner => signed.All(owner).Average(value => value != 0 ? 1.0 : 0.0)),
            TuneSeconds = seconds,
            CentralSeconds = clock / (double)Stopwatch.Frequency,
        });
        Directory.Delete(vectors, recursive: true);
        return true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ClaimResult> Results(Recipe recipe, string folder)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        SiftResult result = Result(folder);
        List<ClaimResult> results = [];
        void Add(string arm, string metric, int owners, double value, bool modelled = false) =>
            results.Add(new ClaimResult(arm, metric, recipe.Seed, value) { At = new Dictionary<string, string>(StringComparer.Ordinal) { ["owners"] = owners.ToString(CultureInfo.InvariantCulture) }, Modelled = modelled });
        foreach (SiftFigure figure in result.Figures)
        {
            Add(figure.Arm, "answer_probability", figure.Owners, figure.Probability.Average());
            if (figure.Accuracy.Count > 0)
            {
                Add(figure.Arm, "accuracy", figure.Owners, figure.Accuracy.Average());
            }
        }

        int largest = result.Figures.Max(figure => figure.Owners);
        Add("sift-masks", "deletion_equals_fresh", largest, result.Deletions.All(point => point.EqualsFresh) ? 1 : 0);
        Add("sift-masks", "held_in_change", largest, result.Deletions[^2].HeldIn - result.Deletions[0].HeldIn);
        Add("sift-masks", "forgotten", largest, result.Deletions[^1].Forgotten);
        Add("sift-masks", "cumulative_refits", largest, SiftCost.MergeRefits(largest - 1), modelled: true);
        Add("central", "cumulative_refits", largest, SiftCost.CentralRefits(largest, largest - 1), modelled: true);
        return results;
    }

    /// <inheritdoc/>
    public Report Report(Recipe recipe, string folder) => SiftReport.Of((SiftRecipe)recipe, Result(folder));

    private static SiftResult Result(string folder) => RunFolder.ResultOf<SiftResult>(folder, ResultFile);

    private static SiftTuner Tuner(SiftRecipe recipe, OwnerTuning tuning, TorchContext context)
    {
        LanguageModel model = LanguageModel.Load(recipe.Model.Name, context, LoadMode.TrainableHidden);
        return new SiftTuner(model, tuning, new SignVector(new RandomStream(recipe.Seed, "sift", "signs"), model.Model.Parameters.Flat!.Layout.Count));
    }

    // Mean seconds of one owner; workers of one thread each take the next owner until none is left.
    private static double Tune(SiftRecipe recipe, IReadOnlyList<TaskOwner> owners, FileTaskVectors vectors, bool signFixed, JobContext context)
    {
        ConcurrentQueue<int> queue = new(Enumerable.Range(0, owners.Count).Where(owner => !vectors.Has(owner)));
        ConcurrentBag<double> seconds = [];
        int total = queue.Count;
        long started = Stopwatch.GetTimestamp();
        if (total == 0)
        {
            return 0;
        }

        Parallel.For(0, Math.Min(total, recipe.Method.Workers > 0 ? recipe.Method.Workers : Environment.ProcessorCount), _ =>
        {
            using SiftTuner tuner = Tuner(recipe, recipe.Method.Tuning with { SignFixed = signFixed }, new TorchContext(threads: recipe.Method.Tuning.Threads, seed: recipe.Seed));
            float[] vector = new float[tuner.Layout.Count];
            while (!context.Stop.IsCancellationRequested && queue.TryDequeue(out int owner))
            {
                long clock = Stopwatch.GetTimestamp();
                tuner.Tune(owners[owner].Train, new RandomStream(recipe.Seed, "sift", "owner", owner.ToString(CultureInfo.InvariantCulture)), vector, CancellationToken.None);
                seconds.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
                vectors.Write(owner, vector);
                lock (seconds)
                {
                    context.Log.Progress(new JobProgress(signFixed ? "sign-fixed tuning" : "plain tuning", seconds.Count, total, "owners", Stopwatch.GetElapsedTime(started) / seconds.Count * (total - seconds.Count)));
                }
            }
        });
        return seconds.IsEmpty ? 0 : seconds.Average();
    }

    private static SiftFigure Central(SiftRecipe recipe, IReadOnlyList<TaskOwner> owners, int size, SiftArms arms)
    {
        List<(string, Func<int, float[]>)> tried = [];
        foreach (int steps in recipe.Method.CentralSteps)
        {
            OwnerTuning tuning = recipe.Method.Tuning with { Steps = steps, SignFixed = false };
            using SiftTuner tuner = Tuner(recipe, tuning, new TorchContext(threads: recipe.Model.Threads, seed: recipe.Seed));
            float[] vector = new float[tuner.Layout.Count];
            tuner.Tune([.. owners.Take(size).SelectMany(owner => owner.Train)], new RandomStream(recipe.Seed, "sift", "central"), vector, CancellationToken.None);
            tried.Add(($"{steps} steps", _ => vector));
        }

        return arms.Given("central", size, tried);
    }
}
