using Palimpsest.Common;

namespace Palimpsest.Reasoning.Arms;

/// <summary>A training of the experiment: AdamW on a cosine.</summary>
public sealed record TrainSettings : IValidated
{
    /// <summary>Optimizer steps.</summary>
    /// <value>The default is 800.</value>
    public int Steps { get; init; } = 800;

    /// <summary>Solutions of a step.</summary>
    /// <value>The default is 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate.</summary>
    /// <value>The default is 2e-3.</value>
    public double LearningRate { get; init; } = 2e-3;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Steps < 1 || BatchSize < 1 || !(LearningRate > 0) || !double.IsFinite(LearningRate))
        {
            yield return "steps and batch_size must be at least 1, and learning_rate a number above 0.";
        }
    }
}
