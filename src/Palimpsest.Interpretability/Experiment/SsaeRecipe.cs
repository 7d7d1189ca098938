using Palimpsest.Common;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Specialises a sparse autoencoder to a domain and compares it with the general one and with controls of equal compute.</summary>
public sealed record SsaeRecipe : Recipe, IValidated
{
    /// <summary>The model whose activations are read.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>Corpus, seeds and texts of the evaluation.</summary>
    public SsaeDataSection Data { get; init; } = new();

    /// <summary>The autoencoder, and what it is specialised on.</summary>
    public SsaeMethodSection Method { get; init; } = new();

    /// <summary>Training of the general autoencoder; a batch size is in tokens.</summary>
    public TrainOptions Train { get; init; } = SaeTraining.Options(2000);

    /// <summary>Training of each specialised one.</summary>
    public TrainOptions Finetune { get; init; } = SaeTraining.Options(300) with { LearningRate = 3e-4 };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Train.Accumulate != 1 || Finetune.Accumulate != 1)
        {
            yield return "train.accumulate and finetune.accumulate must be 1: batches of activations are made as large as is wanted.";
        }

        if (Data.Corpus is null && Data.Seeds < 2)
        {
            yield return "data.seeds must be at least 2: a domain is not described by one document.";
        }
    }
}
