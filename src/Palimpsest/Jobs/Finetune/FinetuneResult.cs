using Palimpsest.Evaluation;

namespace Palimpsest.Jobs.Finetune;

/// <summary>What a fine-tuning found; kept in the run's folder as <c>artifacts/result.json</c>, from which the report can be written again.</summary>
public sealed record FinetuneResult
{
    /// <summary>Whose data it was.</summary>
    public required string Subject { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Parameters of the adapter; null if the whole model was trained.</summary>
    public long? Trained { get; init; }

    /// <summary>Bytes of the adapter's folder; null if the whole model was trained.</summary>
    public long? AdapterBytes { get; init; }

    /// <summary>Figures before the training.</summary>
    public required IReadOnlyList<Measurement> Before { get; init; }

    /// <summary>The same figures after it.</summary>
    public required IReadOnlyList<Measurement> After { get; init; }

    /// <summary>What simple methods reach on the same held-out examples.</summary>
    public IReadOnlyList<JobBaseline> Baselines { get; init; } = [];

    /// <summary>Prompts with the answers before and after, in this order.</summary>
    public required IReadOnlyList<JobSample> Samples { get; init; }

    /// <summary>Optimizer steps taken; null in the folders of older versions, where it was always all of the recipe's.</summary>
    public int? Steps { get; init; }

    /// <summary>The step whose weights were kept, where early stopping put back the best; null where those of the last step stay.</summary>
    public int? BestStep { get; init; }

    /// <summary>Tokens seen in training, without padding.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Seconds of both evaluations.</summary>
    public required double EvaluateSeconds { get; init; }

    /// <summary>Share of the measured matmul peak that training reached, in floating-point operations of the model.</summary>
    public required double PeakShare { get; init; }

    /// <summary>Most memory that the process held, in bytes.</summary>
    public required long PeakMemory { get; init; }

    /// <summary>Examples left out because they are too long.</summary>
    public required long LeftOut { get; init; }

    /// <summary>Share of the last batches that was tokens, not padding; null where none was made, as by a run that was resumed at its end.</summary>
    public double? FillRate { get; init; }

    /// <summary>The same share if each example had had a row of its own.</summary>
    public double? UnpackedFillRate { get; init; }
}
