using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary><c>kind: unlearn</c>: measures, unlearns by an approximate method, measures again, and saves the model or the adapter.</summary>
public sealed class UnlearnJob : Job<UnlearnRecipe, UnlearnResult>
{
    private const string BeforeFile = "before.json", ScoresFile = "reference-scores.bin";

    /// <inheritdoc/>
    public override string Kind => "unlearn";

    /// <summary>The folder of the model in a run's folder.</summary>
    public static string ModelOf(string folder) => Path.Combine(folder, "artifacts", "model");

    /// <summary>The folder of the adapter in a run's folder.</summary>
    public static string AdapterOf(string folder) => Path.Combine(folder, "artifacts", "adapter");

    /// <inheritdoc/>
    protected override UnlearnRecipe Complete(UnlearnRecipe recipe) => recipe.Completed;

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(UnlearnRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (string Name, string? Path)[] inputs =
        [
            ("model", EmbeddedModels.Resolve(recipe.Model.Name)), ("forget", recipe.Data.Forget), ("retain", recipe.Data.Retain),
            ("refusals", recipe.Data.Refusals), ("alternatives", recipe.Data.Alternatives),
            ("reinforced", recipe.Method.Objective is WhpOptions whp ? EmbeddedModels.Resolve(whp.Reinforced) : null),
        ];
        return inputs.Where(input => input.Path is not null).Select(input => (input.Name, input.Path!))
            .Concat(recipe.Evaluate.Sets.Select(set => ($"set_{set.Name}", set.File)));
    }

    /// <inheritdoc/>
    protected override int? Threads(UnlearnRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(UnlearnRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        (RunFolder run, IJobLog log) = (context.Run, context.Log);
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        using LanguageModel model = LanguageModel.Load(recipe.Model.Name, torch, recipe.Method.Lora is null ? LoadMode.Trainable : LoadMode.Mapped);
        UnlearnData data = new(recipe, model);
        if (recipe.Data.SkipBad)
        {
            BadLines.Say(data.Open(recipe.Data.Forget), log);
            BadLines.Say(data.Open(recipe.Data.Retain), log);
        }

        log.Say(string.Create(CultureInfo.InvariantCulture,
            $"Model {recipe.Model.Name}: {model.Model.Parameters.Layout.Count:N0} parameters, {torch.ComputeType}, {torch.Threads} threads. "
                + $"{data.Forget.Count:N0} rows to be forgotten, {data.Retain.Count:N0} to stay, {data.Forget.LeftOut + data.Retain.LeftOut:N0} left out."));
        if (recipe.Train.BatchSize > data.Forget.Count)
        {
            log.Say($"train.batch_size is {recipe.Train.BatchSize}: a batch holds all {data.Forget.Count} rows that are to be forgotten.");
        }

        IReadOnlyList<Measurement> before = RunFolder.ReadArtifact<UnlearnStart>(run.Path, BeforeFile)?.Measurements ?? Measured(data, model, run);
        log.Say($"Before: {Sentence(before)}.");

        using LoraAdapter? adapter = recipe.Method.Lora is LoraOptions lora ? LoraAdapter.Create(model.Model, lora, torch.Stream("unlearn")) : null;
        using LoraAdapters adapters = new(model.Model);
        if (adapter is not null)
        {
            adapters.Activate(adapter);
        }

        float[] weights = recipe.Method.Objective is TaskVectorOptions ? Weights(model) : [];
        using IReferenceModel? reference = Reference(recipe, torch, model, adapters, run);
        using IReferenceModel? reinforced = recipe.Method.Objective is WhpOptions whp ? Frozen(whp.Reinforced, torch, model, "method.objective.reinforced")
            : null;
        using UnlearningObjective objective = UnlearningObjective.Of(model.Model, recipe.Method.Objective,
            new FrozenModels { Reference = reference, Reinforced = reinforced }, torch.Stream("unlearn", "objective"));
        using Trainer<ForgetRetainBatch> trainer = new(adapter is null ? Trainable.Whole(model.Model) : Trainable.Adapter(adapter), objective, recipe.Train,
            data.Batches(torch), torch.Stream("train"), new CheckpointStore(run.Checkpoints));
        if (!TrainingLoop.Run(trainer, recipe.Train, context, () => Curve(data, model, trainer, run)))
        {
            return false;
        }

        if (recipe.Method.Objective is TaskVectorOptions negation)
        {
            Negate(negation, model, weights);
        }

        IReadOnlyList<Measurement> after = data.Suite.Measure(model);
        log.Say($"After: {Sentence(after)}.");
        Save(recipe, model, adapter, adapters, run.Path);
        run.WriteResult(new UnlearnResult
        {
            Forget = data.Forget.Count,
            Retain = data.Retain.Count,
            LeftOut = data.Forget.LeftOut + data.Retain.LeftOut,
            Parameters = model.Model.Parameters.Layout.Count,
            Trained = adapter?.Parameters.Layout.Count,
            Before = before,
            After = after,
            Steps = trainer.State.Step,
            Tokens = trainer.State.Tokens,
            TrainSeconds = trainer.State.Seconds,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(UnlearnRecipe recipe, UnlearnResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            .. result.Before.Select(found => found.ToResult("before", recipe.Seed)), .. result.After.Select(found => found.ToResult("after", recipe.Seed)),
            new ClaimResult("after", "train_seconds", recipe.Seed, result.TrainSeconds),
        ];
    }

    /// <inheritdoc/>
    protected override Report Report(UnlearnRecipe recipe, UnlearnResult result, string folder) =>
        UnlearnReport.Of(recipe, result, RunFolder.ReadMetrics(folder), MemoryReport.Of(folder));

    private static IReadOnlyList<Measurement> Measured(UnlearnData data, LanguageModel model, RunFolder run)
    {
        UnlearnStart start = new(data.Suite.Measure(model));
        run.WriteArtifact(BeforeFile, start);
        return start.Measurements;
    }

    private static CachedReference? Reference(UnlearnRecipe recipe, TorchContext torch, LanguageModel model, LoraAdapters adapters, RunFolder run) =>
        !recipe.Method.Objective.NeedsReference ? null
            : new CachedReference(recipe.Method.Lora is null ? Frozen(recipe.Model.Name, torch, model, "model.name") : new AdapterOffReference(model.Model,
                adapters),
                Path.Combine(run.Artifacts, ScoresFile));

    private static FrozenReference Frozen(string name, TorchContext torch, LanguageModel model, string key)
    {
        LanguageModel frozen = LanguageModel.Load(name, torch, LoadMode.Mapped);
        frozen.RequireTokensOf(model, key);
        return new FrozenReference(frozen.Model);
    }

    // The loss that early stopping and the best checkpoint look at is that of what is to stay.
    private static double Curve(UnlearnData data, LanguageModel model, Trainer<ForgetRetainBatch> trainer, RunFolder run)
    {
        (double forget, double retain) = data.Nats(model);
        run.AppendMetrics(new Dictionary<string, double>(StringComparer.Ordinal) { ["forget_nats"] = forget, ["retain_nats"] = retain }, trainer.State.Step);
        return retain;
    }

    private static void Negate(TaskVectorOptions negation, LanguageModel model, float[] before)
    {
        float[] tuned = Weights(model);
        negation.Negate(model.Model.Parameters.Layout, before, tuned);
        model.Model.Parameters.Flat!.Load(tuned);
    }

    private static float[] Weights(LanguageModel model)
    {
        float[] weights = new float[model.Model.Parameters.Layout.Count];
        model.Model.Parameters.Flat!.Read(weights);
        return weights;
    }

    private static void Save(UnlearnRecipe recipe, LanguageModel model, LoraAdapter? adapter, LoraAdapters adapters, string folder)
    {
        ComputeType type = model.Model.Context.ComputeType;
        if (adapter is null)
        {
            model.Save(ModelOf(folder), type);
            return;
        }

        bool apart = adapter.OwnWeights.Count == 0; // weights of its own, as of ReLoRA, have no place in an adapter's folder
        if (apart)
        {
            adapter.Save(AdapterOf(folder), recipe.Model.Name);
        }

        if (recipe.Method.SaveMerged || !apart)
        {
            adapters.SaveMerged(ModelOf(folder), type);
            model.Tokenizer.Save(ModelOf(folder));
        }
    }

    private static string Sentence(IReadOnlyList<Measurement> measured) => string.Join("; ", measured.Select(found =>
        $"{found.Label} {found.Show(found.Value)}"));
}

/// <summary>What was measured before; kept in the run's folder so that a resumed run need not measure the weights of its checkpoint.</summary>
internal sealed record UnlearnStart(IReadOnlyList<Measurement> Measurements);
