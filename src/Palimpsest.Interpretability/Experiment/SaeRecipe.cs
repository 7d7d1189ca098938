using Palimpsest.Common;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Trains a sparse autoencoder, or a transcoder, on a model's activations.</summary>
public sealed record SaeRecipe : Recipe, IValidated
{
    /// <summary>The model whose activations are read.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>The texts.</summary>
    public SaeDataSection Data { get; init; } = new();

    /// <summary>The autoencoder.</summary>
    public SaeMethodSection Method { get; init; } = new();

    /// <summary>The training; a batch size is in tokens.</summary>
    public TrainOptions Train { get; init; } = SaeTraining.Options(2000);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Train.Accumulate != 1)
        {
            yield return "train.accumulate must be 1: batches of activations are made as large as is wanted.";
        }
    }
}
