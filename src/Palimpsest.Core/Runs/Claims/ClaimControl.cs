using Palimpsest.Common;

namespace Palimpsest.Runs.Claims;

/// <summary>A check that the experiment could have shown the effect at all, for example that owners' own models learned their facts.</summary>
public sealed record ClaimControl : IValidated
{
    /// <summary>The arm that is checked.</summary>
    public required string Arm { get; init; }

    /// <summary>The arm it is compared with; none for <see cref="ClaimFigure.Value"/>.</summary>
    public string? With { get; init; }

    /// <summary>Value, difference or ratio of the means over seeds.</summary>
    /// <value>The default is <see cref="ClaimFigure.Value"/>.</value>
    public ClaimFigure As { get; init; } = ClaimFigure.Value;

    /// <summary>The metric.</summary>
    /// <value>The default is the claim's.</value>
    public string? Metric { get; init; }

    /// <summary>Where the results are taken.</summary>
    /// <value>The default is the claim's place.</value>
    public IReadOnlyDictionary<string, string>? At { get; init; }

    /// <summary>What the estimate must fulfil.</summary>
    public required Threshold Must { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (As == ClaimFigure.Value != With is null)
            yield return "with belongs to a difference or ratio, and only there.";
    }
}
