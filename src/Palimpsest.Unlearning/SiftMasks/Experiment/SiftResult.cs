namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>What an experiment found.</summary>
public sealed record SiftResult
{
    /// <summary>Trainable parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>All arms and sizes.</summary>
    public required IReadOnlyList<SiftFigure> Figures { get; init; }

    /// <summary>The course of deletions at the largest size.</summary>
    public required IReadOnlyList<SiftDeletion> Deletions { get; init; }

    /// <summary>Mean density of the masks.</summary>
    public required double Density { get; init; }

    /// <summary>Mean seconds of one owner's tuning by one worker, plain and sign-fixed.</summary>
    public required IReadOnlyList<double> TuneSeconds { get; init; }

    /// <summary>Seconds of each vector that was made again to be deleted.</summary>
    public required IReadOnlyList<double> RefitSeconds { get; init; }

    /// <summary>Seconds of the one model trained on all owners' data, for the most steps.</summary>
    public required double CentralSeconds { get; init; }
}
