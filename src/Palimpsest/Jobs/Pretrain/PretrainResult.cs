namespace Palimpsest.Jobs.Pretrain;

/// <summary>What a pre-training run found; kept in the run's folder as <c>artifacts/result.json</c>.</summary>
public sealed record PretrainResult
{
    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Parameters that were trained, if not the model's own.</summary>
    public long? Trained { get; init; }

    /// <summary>Mean cross-entropy of the held-out text at the end, in nats per token.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>Share of the general facts of the world that are known in four-way choice; null for a file.</summary>
    public double? FactsChoice { get; init; }

    /// <summary>Share of questions about unseen passages that are answered rightly in four-way choice; null for a file.</summary>
    public double? ReadingChoice { get; init; }

    /// <summary>Tokens seen in training, without padding.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double TrainSeconds { get; init; }
}
