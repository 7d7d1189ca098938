using System.Diagnostics;
using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Fine-tunes a model on an owner's data and measures what it knows before and after.</summary>
public sealed class FinetuneJob : Job<FinetuneRecipe, FinetuneResult>
{
    private const string BeforeFile = "before.json";

    /// <inheritdoc/>
    public override string Kind => "finetune";

    /// <inheritdoc/>
    protected override FinetuneRecipe Complete(FinetuneRecipe recipe) => recipe.Completed;

    /// <summary>The folder of the fine-tuned model in a run's folder.</summary>
    public static string ModelOf(string folder) => Path.Combine(folder, "artifacts", "model");

    /// <summary>The folder of the adapter in a run's folder.</summary>
    public static string AdapterOf(string folder) => Path.Combine(folder, "artifacts", "adapter");

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(FinetuneRecipe recipe)
    {
        (string Name, string? Path)[] inputs =
        [
            ("model", EmbeddedModels.Resolve(recipe.Model.Name)), ("data", recipe.Data.File), ("held_out", recipe.Data.HeldOutFile),
                ("replay", recipe.Data.ReplayFile),
            ("reference", recipe.Method.Reference is string reference ? EmbeddedModels.Resolve(reference) : null),
        ];
        return inputs.Where(input => input.Path is not null).Select(input =>
            (input.Name, input.Path!)).Concat(recipe.Evaluate.Sets.Select(set => ($"set_{set.Name}", set.File)));
    }

    /// <inheritdoc/>
    protected override int? Threads(FinetuneRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(FinetuneRecipe recipe, JobContext context)
    {
        RunFolder run = context.Run;
        IJobLog log = context.Log;
        if (recipe.Data.SkipBad)
        {
            foreach (string file in new[] { recipe.Data.File, recipe.Data.HeldOutFile, recipe.Data.ReplayFile }.OfType<string>())
            {
                BadLines.Say(recipe.Open(file), log);
            }
        }

        TorchContext torch = recipe.Model.Context(recipe.Seed);
        using FinetuneSession session = FinetuneSessions.Open(recipe, torch, context);
        TransformerModel model = session.Model;
        foreach (string note in session.Notes)
        {
            log.Say(note);
        }

        log.Say(string.Create(CultureInfo.InvariantCulture,
            $"Model {recipe.Model.Name}: {model.Parameters.Layout.Count:N0} parameters, {torch.ComputeType}, {torch.Threads} threads. Data: "
                + $"{session.Subject}."));

        // Before the first evaluation, so that a target that means nothing is told at once; it is not active yet.
        using LoraAdapter? adapter = recipe.Method.Lora is LoraOptions lora
            ? LoraAdapter.Create(model, session.AdapterOptions(lora), torch.Stream("finetune")) : null;
        using LoraAdapters adapters = new(model);
        session.Prepare(adapters);

        long clock = Stopwatch.GetTimestamp();
        FinetuneStart before = RunFolder.ReadArtifact<FinetuneStart>(run.Path, BeforeFile) ?? Start(session, run);
        log.Say($"Before: {Sentence(before.Measurements)}.");
        double evaluating = Stopwatch.GetElapsedTime(clock).TotalSeconds;

        if (adapter is not null)
        {
            adapters.Activate(adapter);
            log.Say(string.Create(CultureInfo.InvariantCulture,
                $"Adapter: {adapter.Parameters.Layout.Count:N0} parameters on {adapter.Modules.Count} modules."));
        }

        if (session.Train(adapter is null ? Trainable.Whole(model) : Trainable.Adapter(adapter), context) is not FinetuneCourse course)
        {
            return false;
        }

        clock = Stopwatch.GetTimestamp();
        IReadOnlyList<Measurement> after = session.Measure();
        log.Say($"After: {Sentence(after)}.");
        IEnumerable<JobSample> samples = session.Samples().Zip(before.Samples, (now, old) => now with { Made = [.. old.Made, .. now.Made] });
        Save(recipe, session, adapter, adapters, run.Path);
        run.WriteResult(new FinetuneResult
        {
            Subject = session.Subject,
            Parameters = model.Parameters.Layout.Count,
            Trained = adapter?.Parameters.Layout.Count,
            AdapterBytes = adapter is null || adapter.OwnWeights.Count > 0 ? null
                : Directory.EnumerateFiles(AdapterOf(run.Path)).Sum(file => new FileInfo(file).Length),
            Before = before.Measurements,
            After = after,
            Baselines = session.Baselines(),
            Samples = [.. samples],
            Steps = course.State.Step,
            BestStep = recipe.Train.EarlyStopping is { RestoreBest: true } ? course.State.BestStep : null,
            Tokens = course.State.Tokens,
            TrainSeconds = course.State.Seconds,
            EvaluateSeconds = evaluating + Stopwatch.GetElapsedTime(clock).TotalSeconds,
            PeakShare = Share(model, adapter, course),
            PeakMemory = PeakMemory(),
            LeftOut = course.LeftOut,
            FillRate = course.FillRate,
            UnpackedFillRate = course.UnpackedFillRate,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(FinetuneRecipe recipe, FinetuneResult result)
    {
        IEnumerable<ClaimResult> Arm(string arm, IReadOnlyList<Measurement> measured) => measured.Select(m => m.ToResult(arm, recipe.Seed));
        IEnumerable<ClaimResult> baselines = result.Baselines.Select(baseline => baseline.Measurement.ToResult(baseline.Name, recipe.Seed));
        return [.. Arm("before", result.Before), .. Arm("after", result.After), .. baselines,
            new ClaimResult("after", "train_seconds", recipe.Seed, result.TrainSeconds), new ClaimResult("after", "peak_share", recipe.Seed, result.PeakShare)];
    }

    /// <inheritdoc/>
    protected override Report Report(FinetuneRecipe recipe, FinetuneResult result, string folder) =>
        FinetuneReport.Of(recipe, result, RunFolder.ReadMetrics(folder), MemoryReport.Of(folder));

    private static FinetuneStart Start(FinetuneSession session, RunFolder run)
    {
        FinetuneStart start = new(session.Measure(), session.Samples());
        run.WriteArtifact(BeforeFile, start);
        return start;
    }

    private static string Sentence(IReadOnlyList<Measurement> measured) => string.Join("; ", measured.Select(m => $"{m.Label} {m.Show(m.Value)}"));

    private static void Save(FinetuneRecipe recipe, FinetuneSession session, LoraAdapter? adapter, LoraAdapters adapters, string folder)
    {
        ComputeType type = session.Model.Context.ComputeType;
        if (adapter is null)
        {
            session.Save(ModelOf(folder), type);
            return;
        }

        if (adapter.OwnWeights.Count == 0)
        {
            adapter.Save(AdapterOf(folder), recipe.Model.Name);
        }

        if (recipe.Method.SaveMerged || adapter.OwnWeights.Count > 0)
        {
            adapters.SaveMerged(session.WeightsIn(ModelOf(folder)), type);
            session.SaveBeside(ModelOf(folder));
        }
    }

    private static double Share(TransformerModel model, LoraAdapter? adapter, FinetuneCourse course)
    {
        double whole = model.Config.TrainingFlopsPerToken((int)course.MeanLength);

        // A frozen matrix takes 4 operations a parameter instead of 6: it has no gradient of its own.
        double operations = adapter is null ? whole : whole - (model.Config.TrainingFlopsPerToken(0) / 3) + (6.0 * adapter.Parameters.Layout.Count);
        return operations * course.State.Tokens / course.State.Seconds / MatmulPeak.Measure(model.Context.ScalarType, model.Context.Device);
    }

    private static long PeakMemory()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
