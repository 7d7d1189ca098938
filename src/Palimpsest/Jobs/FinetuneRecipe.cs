using Palimpsest.Runs;
using Palimpsest.Training;

namespace Palimpsest.Jobs;

/// <summary>Fine-tunes a model on an owner's data, with some general text replayed so that it does not forget what it knew, and measures before and after.</summary>
public sealed record FinetuneRecipe : Recipe, IValidated
{
    /// <summary>The model to start from.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>What it learns from.</summary>
    public FinetuneDataSection Data { get; init; } = new();

    /// <summary>What is trained: the whole model, or an adapter.</summary>
    public FinetuneMethod Method { get; init; } = new();

    /// <summary>How it learns.</summary>
    public TrainOptions Train { get; init; } = new() { Steps = 200, BatchSize = 32, LearningRate = 5e-4, EvaluateEvery = 50, CheckpointEvery = 50 };

    /// <summary>What is measured.</summary>
    public EvaluateSection Evaluate { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Model.Adapter is not null)
        {
            yield return "model.adapter is for evaluating and generating; a fine-tuning starts without one. Merge the adapter first, or leave the key out.";
        }
    }
}
