using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Trains an autoencoder on a model's activations; it lies in the run's <c>artifacts/saes/sae</c>, as SAELens writes it.</summary>
public sealed class SaeJob : Job<SaeRecipe, SaeResult>
{
    private const string Kept = "sae";
    private const int ScaleDocuments = 64;

    /// <inheritdoc/>
    public override string Kind => "sae";

    /// <summary>The folder of the autoencoder in a run's folder.</summary>
    public static string FolderOf(string run) => new SaeStore(Path.Combine(run, "artifacts", "saes")).FolderOf(Kept);

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(SaeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [("model", EmbeddedModels.Resolve(recipe.Model.Name)), .. recipe.Data.File is string file ? new[] { ("data", file) } : []];
    }

    /// <inheritdoc/>
    protected override int? Threads(SaeRecipe recipe) => recipe?.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(SaeRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        using LanguageModel model = LanguageModel.Load(recipe.Model.Name, torch, LoadMode.Mapped);
        int length = recipe.Data.Context == 0 ? model.Model.Config.ContextLength : Math.Min(recipe.Data.Context, model.Model.Config.ContextLength);
        IReadOnlyList<int> special = recipe.Data.SpecialTokens ? [] : TokenDocuments.Special(model.Tokenizer);
        ActivationReader reader = new(model.Model, recipe.Method.Hook, recipe.Method.HookOut, special);
        string[] texts = [.. Texts(recipe.Data.File).Take(recipe.Data.Test + recipe.Data.Documents)];
        int test = Math.Min(recipe.Data.Test, texts.Length / 5);
        IReadOnlyList<int[]> heldOut = TokenDocuments.Of(model.Tokenizer, texts[..test], length),
            training = TokenDocuments.Of(model.Tokenizer, texts[test..], length);

        ActivationBatch sample = reader.Read([.. training.Take(ScaleDocuments)]);
        double scale = recipe.Method.Normalize == SaeNormalization.ExpectedAverageOnlyIn ? SaeTraining.ScaleOf(sample) : 1;
        using SparseAutoencoder sae = SaeArchitectures.Create(Config(recipe, sample), torch.Stream("sae", "init").DeriveSeed());
        using ActivationCache? cache = recipe.Data.Cache ? ActivationCache.OpenOrMake(Path.Combine(context.Run.Artifacts, "activations.safetensors"), reader,
            training, recipe.Model.Name,
            done => context.Log.Progress(new JobProgress("gathering", done, training.Count, "documents", TimeSpan.Zero)), context.Stop) : null;
        if (recipe.Data.Cache && cache is null)
        {
            return false;
        }

        IBatchSource<ActivationBatch> batches = cache is null
            ? new StreamedActivations(reader, training, recipe.Train.BatchSize, recipe.Data.PoolBatches, torch.Stream("sae", "stream"))
            : new CachedActivations(cache, recipe.Train.BatchSize, torch.Stream("sae", "rows"));
        context.Log.Say(string.Create(CultureInfo.InvariantCulture,
            $"A {sae.Config.Architecture} of {sae.Config.DSae:N0} latents over {sae.Config.DIn} numbers, {training.Count:N0} documents."));
        using SaeObjective objective = new(sae, scale: scale, deadWindow: recipe.Method.DeadWindow);
        using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, recipe.Train, batches, torch.Stream("sae", "train"), recipe.Method.UnitDecoder,
            new CheckpointStore(context.Run.Checkpoints));
        if (!TrainingLoop.Run(trainer, recipe.Train, context))
        {
            return false;
        }

        SaeStore store = new(Path.Combine(context.Run.Artifacts, "saes"));
        store.Save(Kept, sae, scale, new Dictionary<string, double>());
        using SparseAutoencoder used = store.Load(Kept);
        EvaluationTexts evaluation = new(model.Model, reader, heldOut, special);
        (SetFigures figures, SaeFigures details) = evaluation.Measure(used);
        if (figures.Dead == used.Config.DSae)
        {
            throw new PalimpsestException("All latents are dead. Lower the strength of the sparsity, or the learning rate.");
        }

        context.Run.WriteResult(new SaeResult
        {
            Subject = string.Create(CultureInfo.InvariantCulture,
                $"{sae.Config.Architecture} of {sae.Config.DSae:N0} latents at {recipe.Method.Hook} of {recipe.Model.Name}"),
            Tokens = trainer.State.Tokens,
            Figures = figures,
            Clean = evaluation.Clean,
            Densities = [.. details.Densities.Order()],
            Seconds = trainer.State.Seconds,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(SaeRecipe recipe, SaeResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(result);
        (string Metric, double Value)[] figures =
        [
            ("l0", result.Figures.L0), ("explained_variance", result.Figures.ExplainedVariance), ("cross_entropy", result.Figures.CrossEntropy),
            ("recovered", result.Figures.Recovered), ("dead_share", result.Figures.Dead / (double)result.Densities.Count),
                ("tokens_per_second", result.Tokens / result.Seconds),
        ];
        return [.. figures.Select(figure => new ClaimResult("sae", figure.Metric, recipe.Seed, figure.Value))];
    }

    /// <inheritdoc/>
    protected override Report Report(SaeRecipe recipe, SaeResult result, string folder) => SaeReport.Of(result, RunFolder.ReadMetrics(folder));

    /// <summary>Texts of a file, or of the world's general part.</summary>
    internal static IEnumerable<string> Texts(string? file) => file is null
        ? new WorldSource(World.V1, wholeTexts: true).From(0).Select(item => item.Example.Completion) : SsaeTexts.Read(file);

    private static SaeConfig Config(SaeRecipe recipe, ActivationBatch sample) => new()
    {
        Options = recipe.Method.Architecture,
        DIn = sample.Width,
        DOut = sample.Targets is null ? null : sample.TargetWidth,
        DSae = (int)(sample.Width * recipe.Method.Expansion),
        NormalizeActivations = recipe.Method.Normalize,
        ApplyBDecToInput = recipe.Method.Architecture is not TranscoderOptions,
        IsTraining = true,
        Metadata = new()
        {
            ["model_name"] = recipe.Model.Name,
            ["hook_name"] = recipe.Method.Hook,
            ["hook_name_out"] = recipe.Method.HookOut,
            ["hook_head_index"] = null,
            ["context_size"] = recipe.Data.Context,
            ["prepend_bos"] = true,
        },
    };
}
