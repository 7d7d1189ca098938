using Palimpsest.Runs.Claims;

namespace Palimpsest.Jobs.Compare;

/// <summary>What a comparison found; kept in the run's folder as <c>artifacts/result.json</c>.</summary>
public sealed record CompareResult
{
    /// <summary>The arms, in the recipe's order.</summary>
    public required IReadOnlyList<CompareArm> Arms { get; init; }

    /// <summary>The figures of all reported runs; an arm that measured several ("before" and "after") has them as <c>arm.after</c>.</summary>
    public required IReadOnlyList<ClaimResult> Figures { get; init; }
}
