namespace Palimpsest.Cascades.Chains;

/// <summary>What became of questions under a policy.</summary>
/// <param name="Items">The questions.</param>
/// <param name="Tier">The tier that answered each, from 0.</param>
/// <param name="Right">Whether the answer is right.</param>
/// <param name="Costs">What each cost, every call counted.</param>
/// <param name="Tiers">Number of tiers.</param>
public sealed record ArmOutcome(IReadOnlyList<int> Items, IReadOnlyList<int> Tier, IReadOnlyList<bool> Right, IReadOnlyList<double> Costs, int Tiers)
{
    /// <summary>Share of right answers.</summary>
    public double Accuracy => Right.Count(right => right) / (double)Right.Count;

    /// <summary>Mean cost of a question.</summary>
    public double MeanCost => Costs.Average();

    /// <summary>Share of the questions that reach each tier.</summary>
    public IReadOnlyList<double> Reach => [.. Enumerable.Range(0, Tiers).Select(tier => Tier.Count(answered => answered >= tier) / (double)Tier.Count)];
}
