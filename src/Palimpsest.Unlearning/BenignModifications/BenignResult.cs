namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>What benign modifications showed about one model; kept in a run's folder as JSON.</summary>
public sealed record BenignResult
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The control's name; null without one.</summary>
    public string? Control { get; init; }

    /// <summary>One a modification, measure and set.</summary>
    public required IReadOnlyList<ModifiedScore> Scores { get; init; }

    /// <summary>What could not be asked, and why; a sentence each.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>What follows.</summary>
    public required IReadOnlyList<Recommendation> Recommendations { get; init; }
}
