using Palimpsest.Data.Batches;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Trainers of sparse autoencoders.</summary>
public static class SaeTraining
{
    /// <summary>What is usual: Adam (0.9, 0.999) at 1e-3, a short warm-up, and a fall to 0 over the last fifth (SAELens).</summary>
    /// <param name="steps">Optimizer steps.</param>
    public static TrainOptions Options(int steps) => new()
    {
        Steps = steps,
        BatchSize = 1024,
        LearningRate = 1e-3,
        Schedule = ScheduleKind.WarmupStableDecay,
        Optimizer = new AdamWOptions { Beta2 = 0.999 },
        CheckpointEvery = 500,
    };

    /// <summary>A trainer.</summary>
    /// <param name="sae">What is trained.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="options">Settings; a batch size is in tokens, and is the source's.</param>
    /// <param name="batches">The activations.</param>
    /// <param name="random">All draws.</param>
    /// <param name="unitDecoder">Whether all directions are kept at length 1.</param>
    /// <param name="checkpoints">Where checkpoints go; null for none.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public static Trainer<ActivationBatch> Of(SparseAutoencoder sae, SaeObjective objective, TrainOptions options, IBatchSource<ActivationBatch> batches,
        RandomStream random,
        bool unitDecoder = false, CheckpointStore? checkpoints = null)
    {
        ArgumentNullException.ThrowIfNull(sae);
        ArgumentNullException.ThrowIfNull(options);
        UnitDecoder? unit = unitDecoder ? new UnitDecoder(sae) : null;
        Trainable trainable = new(sae.Parameters, $"unit decoder: {unitDecoder}") { Edits = unit is null ? [] : [unit], Projection = unit };
        return new Trainer<ActivationBatch>(trainable, objective, checkpoints is null ? options with { CheckpointEvery = 0 } : options, batches, random,
            checkpoints);
    }

    // c = sqrt(d) / mean |x|
    /// <summary>What activations are multiplied by so that their mean length is the root of their width.</summary>
    /// <param name="rows">A sample of them.</param>
    public static double ScaleOf(ActivationBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double sum = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            sum += System.Numerics.Tensors.TensorPrimitives.Norm<float>(rows.Row(row));
        }

        return sum > 0 ? Math.Sqrt(rows.Width) * rows.Rows / sum
            : throw new PalimpsestException("All activations are zero; nothing can be learnt of them. Take another hook point.");
    }
}
