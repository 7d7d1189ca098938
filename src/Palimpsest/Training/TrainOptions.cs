using Palimpsest.Runs;

namespace Palimpsest.Training;

/// <summary>Settings of a training run.</summary>
public sealed record TrainOptions : IValidated
{
    /// <summary>Optimizer steps.</summary>
    /// <value>The default is 200.</value>
    public int Steps { get; init; } = 200;

    /// <summary>Sequences of one forward and backward pass.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Batches of one optimizer step; the loss is the mean over all target tokens of the step.</summary>
    /// <value>The default is 1.</value>
    public int Accumulate { get; init; } = 1;

    /// <summary>Longest sequence in tokens; 0 for the model's context.</summary>
    /// <value>The default is 0.</value>
    public int MaxLength { get; init; }

    /// <summary>Peak learning rate.</summary>
    /// <value>The default is 1e-3.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Course of the learning rate.</summary>
    /// <value>The default is cosine.</value>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Steps of linear warm-up.</summary>
    /// <value>The default is a twentieth of the steps, at most 100.</value>
    public int? WarmupSteps { get; init; }

    internal int Warmup => WarmupSteps ?? Math.Min(100, Steps / 20);

    /// <summary>Final rate of the cosine as a share of the peak, in [0, 1].</summary>
    /// <value>The default is 0.1.</value>
    public double FloorRatio { get; init; } = 0.1;

    /// <summary>The optimizer's own settings.</summary>
    public AdamWOptions Adamw { get; init; } = new();

    /// <summary>Gradients longer than this (Euclidean norm over all parameters) are scaled down to it; 0 for no limit.</summary>
    /// <value>The default is 1.</value>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Probability with which an output of attention or MLP is dropped, in [0, 1).</summary>
    /// <value>The default is 0.</value>
    public double Dropout { get; init; }

    /// <summary>Steps between two evaluations; 0 for none.</summary>
    /// <value>The default is 0.</value>
    public int EvaluateEvery { get; init; }

    /// <summary>Steps between two checkpoints; 0 for one at the end only.</summary>
    /// <value>The default is 100.</value>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>Newest checkpoints that are kept, at least 1.</summary>
    /// <value>The default is 2.</value>
    public int KeepCheckpoints { get; init; } = 2;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Steps < 1 || BatchSize < 1 || Accumulate < 1 || KeepCheckpoints < 1)
        {
            yield return "steps, batch_size, accumulate and keep_checkpoints must be at least 1.";
        }

        if (!(LearningRate >= 0) || !double.IsFinite(LearningRate))
        {
            yield return "learning_rate must be a number of at least 0.";
        }

        if (Dropout is not (>= 0 and < 1))
        {
            yield return "dropout must be at least 0 and below 1.";
        }

        if (FloorRatio is not (>= 0 and <= 1))
        {
            yield return "floor_ratio must be between 0 and 1.";
        }

        if (WarmupSteps < 0 || WarmupSteps > Steps)
        {
            yield return $"warmup_steps must be between 0 and train.steps ({Steps}).";
        }
    }
}
