using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Jobs.Pretrain;

/// <summary>Pre-trains a small model and its tokenizer from nothing.</summary>
public sealed record PretrainRecipe : Recipe
{
    /// <summary>Shape of the model.</summary>
    public ShapeSection Model { get; init; } = new();

    /// <summary>What it reads.</summary>
    public PretrainDataSection Data { get; init; } = new();

    /// <summary>What is trained: the whole model, or an adapter with what stands around the blocks.</summary>
    public PretrainMethod Method { get; init; } = new();

    /// <summary>How it learns.</summary>
    public TrainOptions Train { get; init; } = new() { Steps = 3000, BatchSize = 64, LearningRate = 3e-3, EvaluateEvery = 250, CheckpointEvery = 250 };
}
