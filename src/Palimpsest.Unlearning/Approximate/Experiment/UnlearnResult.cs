using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>What an unlearning found; kept in the run's folder as <c>artifacts/result.json</c>.</summary>
public sealed record UnlearnResult
{
    /// <summary>Forget rows that were used.</summary>
    public required int Forget { get; init; }

    /// <summary>Retain rows that were used.</summary>
    public required int Retain { get; init; }

    /// <summary>Rows of both sets that were left out: too long, or nothing of them to be learnt.</summary>
    public required int LeftOut { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Parameters of the adapter; null if the whole model was trained.</summary>
    public long? Trained { get; init; }

    /// <summary>Figures before.</summary>
    public required IReadOnlyList<Measurement> Before { get; init; }

    /// <summary>The same figures after.</summary>
    public required IReadOnlyList<Measurement> After { get; init; }

    /// <summary>Optimizer steps taken.</summary>
    public required int Steps { get; init; }

    /// <summary>Tokens seen in training, without padding.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double TrainSeconds { get; init; }
}
