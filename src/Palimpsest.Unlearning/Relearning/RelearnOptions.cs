using Palimpsest.Common;
using Palimpsest.Models.Lora;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>How a model learns again: the same for every model and every set, so that steps can be compared.</summary>
public sealed record RelearnOptions : IValidated
{
    /// <summary>Optimizer steps: the attacker's budget.</summary>
    /// <value>The default is 40.</value>
    public int Steps { get; init; } = 40;

    /// <summary>Most texts of a step; of a smaller set all.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Learning rate of AdamW, constant.</summary>
    /// <value>The default is 3e-4, and 1e-3 with an adapter.</value>
    public double? LearningRate { get; init; }

    /// <summary>Steps between two exams; there is one before the first step in any case.</summary>
    /// <value>The default is 5.</value>
    public int EvaluateEvery { get; init; } = 5;

    /// <summary>Trains a low-rank adapter beside the frozen model.</summary>
    /// <value>The default is none: all parameters are trained.</value>
    public LoraOptions? Lora { get; init; }

    /// <summary>The learning rate that is used.</summary>
    public double Rate => LearningRate ?? (Lora is null ? 3e-4 : 1e-3);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Steps < 1 || BatchSize < 1)
        {
            yield return "steps and batch_size must be at least 1.";
        }

        if (EvaluateEvery < 1 || EvaluateEvery > Steps)
        {
            yield return "evaluate_every must be from 1 to steps.";
        }

        if (!(Rate > 0) || !double.IsFinite(Rate))
        {
            yield return "learning_rate must be a number above 0.";
        }
    }
}
