using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;

namespace Palimpsest.Training;

/// <summary>Trainers of the usual kind.</summary>
public static class Trainer
{
    /// <summary>Trains all parameters of a language model, or of a classifier, on the cross-entropy of its targets.</summary>
    /// <param name="model">A trainable model.</param>
    /// <param name="options">Settings.</param>
    /// <param name="batches">The data.</param>
    /// <param name="random">All draws of the training.</param>
    /// <param name="checkpoints">Where checkpoints go; null for none.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public static Trainer<TokenBatch> Of(TransformerModel model, TrainOptions options, IBatchSource<TokenBatch> batches, RandomStream random,
        CheckpointStore? checkpoints = null) =>
        Of(model, Trainable.Whole(model), options, batches, random, checkpoints);

    /// <summary>Trains a part of a language model, or what was added to it.</summary>
    /// <param name="model">Computes the loss.</param>
    /// <param name="trainable">What is trained.</param>
    /// <param name="options">Settings.</param>
    /// <param name="batches">The data.</param>
    /// <param name="random">All draws of the training.</param>
    /// <param name="checkpoints">Where checkpoints go; null for none.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public static Trainer<TokenBatch> Of(TransformerModel model, Trainable trainable, TrainOptions options, IBatchSource<TokenBatch> batches,
        RandomStream random, CheckpointStore? checkpoints = null) =>
        new(trainable, new TokenCrossEntropy(model), options, batches, random, checkpoints);
}
