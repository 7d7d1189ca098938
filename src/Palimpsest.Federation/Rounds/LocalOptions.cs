using Palimpsest.Common;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Federation.Rounds;

/// <summary>Training at a client: fresh optimizer state every round, a constant learning rate.</summary>
public sealed record LocalOptions : IValidated
{
    /// <summary>Passes over the client's examples.</summary>
    /// <value>The default is 1.</value>
    public int Epochs { get; init; } = 1;

    /// <summary>Most steps of a round, so that large clients stop early; 0 for no limit.</summary>
    /// <value>The default is 0.</value>
    public int MostSteps { get; init; }

    /// <summary>Examples of a step; the last batch of an epoch may be smaller.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Learning rate.</summary>
    /// <value>The default is the method's.</value>
    public double? LearningRate { get; init; }

    /// <summary>Gradients longer than this are scaled down to it; 0 for no limit.</summary>
    /// <value>The default is 0.</value>
    public double ClipNorm { get; init; }

    /// <summary>The rule of a step.</summary>
    /// <value>The default is SGD with momentum 0.9, as in FLASC's released code.</value>
    public OptimizerOptions Optimizer { get; init; } = new SgdOptions();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Epochs < 1 || BatchSize < 1 || MostSteps < 0)
        {
            yield return "epochs and batch_size must be at least 1, and most_steps at least 0.";
        }

        if (LearningRate is double rate && !(rate >= 0 && double.IsFinite(rate)))
        {
            yield return "learning_rate must be a number of at least 0.";
        }

        if (!(ClipNorm >= 0) || !double.IsFinite(ClipNorm))
        {
            yield return "clip_norm must be a number of at least 0.";
        }
    }
}
