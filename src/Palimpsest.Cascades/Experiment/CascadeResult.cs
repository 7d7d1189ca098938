using Palimpsest.Cascades.Agreement;

namespace Palimpsest.Cascades.Experiment;

/// <summary>What a comparison of cascades found.</summary>
public sealed record CascadeResult
{
    /// <summary>Whose answers to what.</summary>
    public required string Subject { get; init; }

    /// <summary>What costs are counted in.</summary>
    public required string Unit { get; init; }

    /// <summary>The systems.</summary>
    public required IReadOnlyList<CascadeSystem> Systems { get; init; }

    /// <summary>Names of the members of each tier.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Tiers { get; init; }

    /// <summary>What the members have to agree in.</summary>
    public required AgreementRule Rule { get; init; }

    /// <summary>Questions that were tuned on, calibrated on and counted.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>The policies.</summary>
    public required IReadOnlyList<CascadeArmResult> Arms { get; init; }

    /// <summary>Policies that the answers do not allow, each with its reason.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Deferral by difficulty.</summary>
    public required IReadOnlyList<CascadeLevel> Levels { get; init; }

    /// <summary>Questions on which the same answer was judged differently.</summary>
    public required int Contradictions { get; init; }

    /// <summary>The certificate over random splits; null without a cascade by agreement.</summary>
    public CascadeSplits? Splits { get; init; }

    /// <summary>Mean cost of a member of the first tier, relative to the last tier's.</summary>
    public required double Gamma { get; init; }

    /// <summary>Bytes of a question and its answer on average.</summary>
    public required double Bytes { get; init; }

    /// <summary>Where the prices come from, a sentence; null where none were given by a table.</summary>
    public string? Prices { get; init; }

    /// <summary>What others published, as they published it; null where nothing was named.</summary>
    public PublishedPoints? Published { get; init; }

    /// <summary>The policy of a name; null if the answers do not allow it.</summary>
    internal CascadeArmResult? Arm(string name) => Arms.FirstOrDefault(arm => arm.Name == name);
}
