using Palimpsest.Common;

namespace Palimpsest.Cascades.Experiment;

/// <summary>How the models that learn by gradients are fine-tuned. Facts have defaults of their own, taken together: 3 epochs in batches
/// of 32 at 2e-3.</summary>
public sealed record CascadeTrainSection : IValidated
{
    /// <summary>Passes over what is learnt.</summary>
    /// <value>The default is 4.</value>
    public int Epochs { get; init; } = 4;

    /// <summary>Examples of a step.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Peak learning rate; it falls by a cosine.</summary>
    /// <value>The default is 1e-3, for models of a million parameters; encoders of twenty million want less than a tenth of it.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Most tokens of a text, in training and when it is asked; longer ones are cut. 0 for the model's context.</summary>
    /// <value>The default is 0.</value>
    public int MaxLength { get; init; }

    /// <summary>What facts are taught with where nothing else is said.</summary>
    internal static CascadeTrainSection OfFacts { get; } = new() { Epochs = 3, BatchSize = 32, LearningRate = 2e-3 };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Epochs < 1 || BatchSize < 1 || !(LearningRate > 0) || MaxLength < 0)
        {
            yield return "epochs and batch_size must be at least 1, learning_rate above 0 and max_length at least 0.";
        }
    }
}
