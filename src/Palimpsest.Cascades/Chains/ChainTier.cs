namespace Palimpsest.Cascades.Chains;

/// <summary>One tier of a policy as numbers, one of each a question.</summary>
public sealed record ChainTier
{
    /// <summary>What the tier is called.</summary>
    public required string Name { get; init; }

    /// <summary>How sure the tier is, the greater the surer; the answer stands from a threshold on.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>Whether its answer is right.</summary>
    public required IReadOnlyList<bool> Right { get; init; }

    /// <summary>What asking it costs: the sum over all its calls.</summary>
    public required IReadOnlyList<double> Costs { get; init; }
}
