namespace Palimpsest.Unlearning.Relearning;

/// <summary>What a study found.</summary>
public sealed record RelearnStudyResult
{
    /// <summary>The exam of the model before it unlearned.</summary>
    public required RelearnPoint Before { get; init; }

    /// <summary>Every attack on every model.</summary>
    public required IReadOnlyList<RelearnCourse> Courses { get; init; }

    /// <summary>How much came back: one a set and metric.</summary>
    public required IReadOnlyList<RelearnRecovery> Recoveries { get; init; }

    /// <summary>How the model wrote before it unlearned.</summary>
    public required CollapseFigures WroteBefore { get; init; }

    /// <summary>How it writes since.</summary>
    public required CollapseFigures Writes { get; init; }

    /// <summary>A sentence where the unlearned model is broken, else null.</summary>
    public required string? Collapsed { get; init; }
}
