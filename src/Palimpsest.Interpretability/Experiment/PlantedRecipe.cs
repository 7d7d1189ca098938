using Palimpsest.Common;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Specialises an autoencoder on data made of known directions, a few of which fire only in the documents of a domain.</summary>
public sealed record PlantedRecipe : Recipe, IValidated
{
    /// <summary>The data.</summary>
    public PlantedDataSection Data { get; init; } = new();

    /// <summary>The autoencoder and the estimators.</summary>
    public PlantedMethodSection Method { get; init; } = new();

    /// <summary>Training of the general autoencoder; a batch size is in rows.</summary>
    public TrainOptions Train { get; init; } = SaeTraining.Options(3000);

    /// <summary>Training of each specialised one.</summary>
    public TrainOptions Finetune { get; init; } = SaeTraining.Options(600) with { LearningRate = 1e-3 };

    /// <summary>Threads; 0 for all cores.</summary>
    /// <value>The default is 0.</value>
    public int Threads { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Threads is >= 0 and <= 1024 ? [] : ["threads must be from 0 (all cores) to 1024."];
}
