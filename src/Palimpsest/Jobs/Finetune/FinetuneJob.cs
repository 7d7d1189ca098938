using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Fine-tunes a model on an owner's data and measures what it knows before and after.</summary>
public sealed class FinetuneJob : IJob
{
    private const string BeforeFile = "before.json";

    /// <inheritdoc/>
    public string Kind => "finetune";

    /// <inheritdoc/>
    public Type RecipeType => typeof(FinetuneRecipe);

    /// <inheritdoc/>
    public Recipe Complete(Recipe recipe) => ((FinetuneRecipe)recipe).Completed;

    /// <summary>The folder of the fine-tuned model in a run's folder.</summary>
    public static string ModelOf(string folder) => Path.Combine(folder, "artifacts", "model");

    /// <summary>The folder of the adapter in a run's folder.</summary>
    public static string AdapterOf(string folder) => Path.Combine(folder, "artifacts", "adapter");

    /// <inheritdoc/>
    public IEnumerable<(string Name, string Path)> Inputs(Recipe recipe)
    {
        FinetuneRecipe settings = (FinetuneRecipe)recipe;
        (string Name, string? Path)[] inputs =
        [
            ("model", EmbeddedModels.Resolve(settings.Model.Name)), ("data", settings.Data.File), ("held_out", settings.Data.HeldOutFile), ("replay", settings.Data.ReplayFile),
        ];
        return inputs.Where(input => input.Path is not null).Select(input => (input.Name, input.Path!)).Concat(settings.Evaluate.Sets.Select(set => ($"set_{set.Name}", set.File)));
    }

    /// <inheritdoc/>
    public int? Threads(Recipe recipe) => ((FinetuneRecipe)recipe).Model.Threads;

    /// <inheritdoc/>
    public bool Run(Recipe recipe, JobContext context)
    {
        FinetuneRecipe settings = (FinetuneRecipe)recipe;
        RunFolder run = context.Run;
        IJobLog log = context.Log;
        FinetuneData data = FinetuneData.Of(settings);
        if (settings.Data.SkipBad)
        {
            foreach (string file in new[] { settings.Data.File, settings.Data.HeldOutFile, settings.Data.ReplayFile }.OfType<string>())
            {
                BadLines.Say(settings.Data.Columns.Open(file, skipBad: true), log);
            }
        }

        TorchContext torch = settings.Model.Context(settings.Seed);
        using LanguageModel model = data.Labels.Count > 0
            ? LanguageModel.LoadClassifier(settings.Model.Name, torch, data.Labels, torch.Stream("finetune", "head"))
            : LanguageModel.Load(settings.Model.Name, torch, settings.Method.Lora is null ? LoadMode.Trainable : LoadMode.Mapped);
        int length = settings.Train.MaxLength > 0 ? Math.Min(settings.Train.MaxLength, model.Model.Config.ContextLength) : model.Model.Config.ContextLength;
        foreach (string note in model.Notes)
        {
            log.Say(note);
        }

        log.Say(string.Create(CultureInfo.InvariantCulture, $"Model {settings.Model.Name}: {model.Model.Parameters.Layout.Count:N0} parameters, {torch.ComputeType}, {torch.Threads} threads. Data: {data.Evaluation.Subject}."));

        // Before the first evaluation, so that a target that means nothing is told at once; it is not active yet.
        using LoraAdapter? adapter = settings.Method.Lora is LoraOptions lora ? LoraAdapter.Create(model.Model, lora, torch.Stream("finetune")) : null;
        using LoraAdapters adapters = new(model.Model);

        long clock = Stopwatch.GetTimestamp();
        FinetuneStart before = RunFolder.ReadArtifact<FinetuneStart>(run.Path, BeforeFile) ?? Start(settings, data, model, run);
        log.Say($"Before: {Sentence(before.Measurements)}.");
        double evaluating = Stopwatch.GetElapsedTime(clock).TotalSeconds;

        if (adapter is not null)
        {
            adapters.Activate(adapter);
            log.Say(string.Create(CultureInfo.InvariantCulture, $"Adapter: {adapter.Parameters.Layout.Count:N0} parameters on {adapter.Modules.Count} modules."));
        }

        ExampleEncoder encoder = data.Labels.Count > 0
            ? new ExampleEncoder(model.Tokenizer, length, data.Labels, settings.Data.TooLong)
            : new ExampleEncoder(model.Tokenizer, length, settings.Data.TooLong, settings.Data.LossOnPrompt, model.Chats);
        RandomStream order = torch.Stream("finetune", "batches");
        using IExampleBatches batches = settings.Data.Packing
            ? new PackedBatches(data.Stream(torch), encoder, length, settings.Train.BatchSize, order)
            : new StreamBatches(data.Stream(torch), encoder, settings.Train.BatchSize, order);
        Trainable trainable = adapter is null ? Trainable.Whole(model.Model) : Trainable.Adapter(adapter);
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, trainable, settings.Train, batches, torch.Stream("train"), new CheckpointStore(run.Checkpoints));
        bool resumed = trainer.TryResume();
        run.TruncateMetrics(trainer.State.Step); // a killed process may have gone on after its last checkpoint
        if (resumed)
        {
            log.Say($"Going on from step {trainer.State.Step} of {settings.Train.Steps}.");
        }
        else
        {
            HeldOutLoss(0, data, model, run);
        }

        if (!trainer.Run(progress => TrainingLog.Write(progress, context), step => HeldOutLoss(step, data, model, run), context.Stop))
        {
            return false;
        }

        if (trainer.StoppedEarly)
        {
            log.Say($"Stopped early after step {trainer.State.Step}: {settings.Train.EarlyStopping!.Patience} evaluations without improvement; the best was at step {trainer.State.BestStep}.");
        }

        if (batches.LeftOut > 0)
        {
            log.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{batches.LeftOut:N0} of the {batches.Read:N0} examples read were left out: they have more than {length:N0} tokens, or nothing in those is to be learnt (a prompt fills them alone)."));
        }

        if (encoder.Boundaries.Sentence is string apart)
        {
            log.Say(apart);
        }

        clock = Stopwatch.GetTimestamp();
        IReadOnlyList<Measurement> after = data.Evaluation.Suite.Measure(model);
        log.Say($"After: {Sentence(after)}.");
        IEnumerable<JobSample> samples = Samples(settings, data, model).Zip(before.Samples, (now, old) => now with { Made = [.. old.Made, .. now.Made] });
        Save(settings, model, adapter, adapters, run.Path);
        run.WriteResult(new FinetuneResult
        {
            Subject = data.Evaluation.Subject,
            Parameters = model.Model.Parameters.Layout.Count,
            Trained = adapter?.Parameters.Layout.Count,
            AdapterBytes = adapter is null ? null : Directory.EnumerateFiles(AdapterOf(run.Path)).Sum(file => new FileInfo(file).Length),
            Before = before.Measurements,
            After = after,
            Baselines = data.Baselines(torch.Stream("finetune", "baselines")),
            Samples = [.. samples],
            Steps = trainer.State.Step,
            BestStep = settings.Train.EarlyStopping is { RestoreBest: true } ? trainer.State.BestStep : null,
            Tokens = trainer.State.Tokens,
            TrainSeconds = trainer.State.Seconds,
            EvaluateSeconds = evaluating + Stopwatch.GetElapsedTime(clock).TotalSeconds,
            PeakShare = Share(model.Model, adapter, trainer.State, batches.MeanLength),
            PeakMemory = PeakMemory(),
            LeftOut = batches.LeftOut,
            FillRate = batches.FillRate,
            UnpackedFillRate = batches.UnpackedFillRate,
        });
        return true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ClaimResult> Results(Recipe recipe, string folder)
    {
        FinetuneResult result = Result(folder);
        IEnumerable<ClaimResult> Arm(string arm, IReadOnlyList<Measurement> measured) => measured.Select(m => new ClaimResult(arm, m.Metric, recipe.Seed, m.Value));
        IEnumerable<ClaimResult> baselines = result.Baselines.Select(baseline => new ClaimResult(baseline.Name, baseline.Measurement.Metric, recipe.Seed, baseline.Measurement.Value));
        return [.. Arm("before", result.Before), .. Arm("after", result.After), .. baselines, new ClaimResult("after", "train_seconds", recipe.Seed, result.TrainSeconds), new ClaimResult("after", "peak_share", recipe.Seed, result.PeakShare)];
    }

    /// <inheritdoc/>
    public Report Report(Recipe recipe, string folder) => FinetuneReport.Of((FinetuneRecipe)recipe, Result(folder), RunFolder.ReadMetrics(folder));

    private static FinetuneResult Result(string folder) => RunFolder.ResultOf<FinetuneResult>(folder);

    private static IEnumerable<JobSample> Samples(FinetuneRecipe recipe, FinetuneData data, LanguageModel model)
    {
        bool shown = recipe.Evaluate.ShowSamples ?? recipe.Data.File is null;
        return data.Evaluation.Suite.Samples(model).Select(sample => new JobSample(sample.Prompt, sample.Expected, [sample.Made])).Select(sample => shown ? sample : sample.Redacted());
    }

    private static FinetuneStart Start(FinetuneRecipe recipe, FinetuneData data, LanguageModel model, RunFolder run)
    {
        FinetuneStart start = new(data.Evaluation.Suite.Measure(model), [.. Samples(recipe, data, model)]);
        run.WriteArtifact(BeforeFile, start);
        return start;
    }

    private static double HeldOutLoss(int step, FinetuneData data, LanguageModel model, RunFolder run)
    {
        double loss = data.Labels.Count > 0 ? ClassPrediction.Of(model, data.Evaluation.Texts).Average(found => found.Nats) : Math.Log(TextPerplexity.PerToken(TextPerplexity.Measure(model, data.Evaluation.Texts)));
        run.AppendMetrics(new Dictionary<string, double>(StringComparer.Ordinal) { ["held_out_loss"] = loss }, step);
        return loss;
    }

    private static string Sentence(IReadOnlyList<Measurement> measured) => string.Join("; ", measured.Select(m => $"{m.Label} {m.Show(m.Value)}"));

    private static void Save(FinetuneRecipe recipe, LanguageModel model, LoraAdapter? adapter, LoraAdapters adapters, string folder)
    {
        ComputeType type = model.Model.Context.ComputeType;
        if (adapter is null)
        {
            model.Save(ModelOf(folder), type);
            return;
        }

        adapter.Save(AdapterOf(folder), recipe.Model.Name);
        if (recipe.Method.SaveMerged)
        {
            adapters.SaveMerged(ModelOf(folder), type);
            model.Tokenizer.Save(ModelOf(folder));
        }
    }

    private static double Share(CausalModel model, LoraAdapter? adapter, TrainState state, double meanLength)
    {
        double whole = model.Config.TrainingFlopsPerToken((int)meanLength);

        // A frozen matrix takes 4 operations a parameter instead of 6: it has no gradient of its own.
        double operations = adapter is null ? whole : whole - (model.Config.TrainingFlopsPerToken(0) / 3) + (6.0 * adapter.Parameters.Layout.Count);
        return operations * state.Tokens / state.Seconds / MatmulPeak.Measure(model.Context.ScalarType, model.Context.Device);
    }

    private static long PeakMemory()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
