using Palimpsest.Common;

namespace Palimpsest.Runs.Claims;

/// <summary>The figure that a claim is about: one arm, or two compared.</summary>
public sealed record ClaimComparison : IValidated
{
    /// <summary>The arm that the claim speaks of.</summary>
    public required string Arm { get; init; }

    /// <summary>The arm it is compared with; none for <see cref="ClaimFigure.Value"/>.</summary>
    public string? With { get; init; }

    /// <summary>Value, difference or ratio.</summary>
    /// <value>The default is <see cref="ClaimFigure.Value"/>.</value>
    public ClaimFigure As { get; init; } = ClaimFigure.Value;

    /// <summary>Where the results are taken, for example <c>owners: 64</c>; a result must agree in every key named here.</summary>
    /// <value>The default is everywhere.</value>
    public IReadOnlyDictionary<string, string> At { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (As == ClaimFigure.Value && With is not null)
            yield return "with needs \"as: difference\" or \"as: ratio\"; a value has nothing to be compared with.";
        if (As != ClaimFigure.Value && With is null)
            yield return "with is missing: a difference or ratio needs a second arm.";
        if (With == Arm)
            yield return $"with must be another arm than \"{Arm}\".";
    }
}
