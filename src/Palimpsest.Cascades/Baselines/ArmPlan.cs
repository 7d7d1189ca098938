using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Costs;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Baselines;

/// <summary>What all policies are made of: the same answers, the same tiers, the same questions to learn from.</summary>
public sealed record ArmPlan
{
    /// <summary>The answers.</summary>
    public required Recording Recording { get; init; }

    /// <summary>Places of the members of each tier, from the cheapest.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Tiers { get; init; }

    /// <summary>What the members of a tier have to agree in.</summary>
    public AgreementRule Rule { get; init; }

    /// <summary>Places of samples of one model, for the cascade of its own samples; none leaves that out.</summary>
    public IReadOnlyList<int> Samples { get; init; } = [];

    /// <summary>What calls cost.</summary>
    public required CallCosts Costs { get; init; }

    /// <summary>Questions that scorers and routers learn from, and that best members are chosen on.</summary>
    public required IReadOnlyList<int> Tuning { get; init; }

    /// <summary>Whether policies may learn from <see cref="Tuning"/>; not where thresholds are set on the same questions.</summary>
    /// <value>The default is true.</value>
    public bool Learns { get; init; } = true;

    /// <summary>Makes sentence vectors, for semantic agreement and for the router; null without an encoder.</summary>
    public Func<IReadOnlyList<string>, float[][]>? Encode { get; init; }

    /// <summary>All draws.</summary>
    public required RandomStream Random { get; init; }

    /// <summary>The member of a tier that is right most often on <see cref="Tuning"/>; of equals the cheaper, then the first.</summary>
    /// <param name="tier">The tier.</param>
    internal int BestOf(int tier) => Tiers[tier].OrderByDescending(member => Tuning.Count(item => Recording.Items[item].Right[member]))
        .ThenBy(member => Tuning.Sum(item => Costs.Of(item, member))).First();
}
