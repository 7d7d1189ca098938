using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The trainings of a specialisation. What lies in the store is not trained again.</summary>
/// <param name="recipe">What is asked for.</param>
/// <param name="context">The run and its log.</param>
/// <param name="general">Activations of the general corpus.</param>
/// <param name="store">Where autoencoders are kept.</param>
/// <param name="model">The model that they read, as their folders name it.</param>
internal sealed class SsaeTrainings(SsaeRecipe recipe, JobContext context, ActivationCache general, SaeStore store, string model)
{
    private const int ScaleRows = 8192;

    private readonly RandomStream _random = new(recipe.Seed, "ssae");

    /// <summary>Trains the general autoencoder.</summary>
    /// <returns>Whether the end was reached.</returns>
    public bool General(string name, double sparsity)
    {
        if (store.Has(name))
        {
            return true;
        }

        int[] sample = [.. Enumerable.Range(0, Math.Min(ScaleRows, general.Rows)).Select(i =>
            (int)((long)i * general.Rows / Math.Min(ScaleRows, general.Rows)))];
        double scale = SaeTraining.ScaleOf(general.Read(sample));
        using SparseAutoencoder sae = SaeArchitectures.Create(Config(sparsity, (int)(general.Width * recipe.Method.Expansion)), _random.Child("init", name)
            .DeriveSeed());
        context.Log.Say(string.Create(CultureInfo.InvariantCulture,
            $"Training the general autoencoder ({sae.Config.DSae:N0} latents, {general.Rows:N0} tokens, strength {sparsity:G4})."));
        return Train(name, sae, scale, null, recipe.Train, new CachedActivations(general, recipe.Train.BatchSize, _random.Child("general")),
            new CheckpointStore(Path.Combine(context.Run.Checkpoints, name)));
    }

    /// <summary>Finetunes it, or trains what takes its place.</summary>
    /// <param name="name">Under which it is kept.</param>
    /// <param name="arm">How.</param>
    /// <param name="start">The general one in its training form; changed.</param>
    /// <param name="scale">What its inputs are multiplied by.</param>
    /// <param name="rows">The domain's activations; null for the general corpus.</param>
    /// <param name="tilt">The estimator; null for the plain mean.</param>
    /// <param name="gsae">The name of the general one.</param>
    /// <returns>Whether the end was reached.</returns>
    public bool Specialise(string name, string arm, SparseAutoencoder start, double scale, ActivationBatch? rows, TiltOptions? tilt, string gsae)
    {
        if (store.Has(name))
        {
            return true;
        }

        IBatchSource<ActivationBatch> batches = Batches(rows, arm);
        if (arm is not (SsaeArms.Residual or SsaeArms.Direct))
        {
            return Train(name, start, scale, tilt, recipe.Finetune, batches, null);
        }

        // A quarter of the latents: what is added must not be what the general one could have been given.
        using SparseAutoencoder small = SaeArchitectures.Create(start.Config with { DSae = Math.Max(8, start.Config.DSae / 4), Metadata = Metadata() },
            _random.Child("init", name).DeriveSeed());
        if (arm == SsaeArms.Direct)
        {
            return Train(name, small, scale, tilt, recipe.Finetune, batches, null);
        }

        using SparseAutoencoder whole = store.Load(gsae);
        return Train(name, small, scale, tilt, recipe.Finetune, new TargetedActivations(batches, batch => Rest(whole, batch)), null);
    }

    private SaeConfig Config(double sparsity, int latents) => new()
    {
        Options = recipe.Method.Architecture.WithStrength(sparsity),
        DIn = general.Width,
        DSae = latents,
        NormalizeActivations = SaeNormalization.ExpectedAverageOnlyIn,
        IsTraining = true,
        Metadata = Metadata(),
    };

    private System.Text.Json.Nodes.JsonObject Metadata() => new()
    {
        ["model_name"] = model,
        ["hook_name"] = recipe.Method.Hook,
        ["hook_head_index"] = null,
        ["context_size"] = recipe.Data.Context,
        ["prepend_bos"] = true,
    };

    private IBatchSource<ActivationBatch> Batches(ActivationBatch? rows, string arm)
    {
        int size = recipe.Finetune.BatchSize, control = (int)(size * recipe.Method.ControlMixture);
        if (rows is null)
        {
            return new CachedActivations(general, size, _random.Child("finetune", arm));
        }

        HeldActivations own = new(rows, size - control, _random.Child("finetune", arm));
        return control == 0 ? own : new MixedActivations(own, new CachedActivations(general, control, _random.Child("control", arm)));
    }

    private static float[] Rest(SparseAutoencoder whole, ActivationBatch batch)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(batch.Values, [batch.Rows, batch.Width]);
        return TensorBytes.ToArray(Ops.Subtract(x, whole.Output(whole.Encode(x))));
    }

    private bool Train(string name, SparseAutoencoder sae, double scale, TiltOptions? tilt, TrainOptions options, IBatchSource<ActivationBatch> batches,
        CheckpointStore? checkpoints)
    {
        using SaeObjective objective = new(sae, tilt, scale, recipe.Method.DeadWindow);
        using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, options, batches, _random.Child("train", name), recipe.Method.UnitDecoder,
            checkpoints);
        trainer.TryResume();
        IReadOnlyDictionary<string, double> last = new Dictionary<string, double>();
        bool ended = trainer.Run(
            progress =>
            {
                last = progress.Figures;
                context.Log.Progress(new JobProgress(name, progress.Step, progress.Steps, string.Create(CultureInfo.InvariantCulture,
                    $"loss {progress.Loss:F2}, {last["l0"]:F1} latents, {last["dead"]:F0} dead, {progress.TokensPerSecond:N0} tokens/s"), progress.Left));
            },
            stop: context.Stop);
        if (ended)
        {
            store.Save(name, sae, scale, last);
        }

        return ended;
    }
}
