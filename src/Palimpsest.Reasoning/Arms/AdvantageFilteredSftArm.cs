using Palimpsest.Training.Objectives.Policies;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Learns by cross-entropy the steps that raise the chance of success, of wrong solutions too, and nothing else.</summary>
public sealed record AdvantageFilteredSftArm : AdvantageArm
{
    /// <summary>A step is learnt if its advantage is above this.</summary>
    /// <value>The default is 0.</value>
    public double Above { get; init; }

    private protected override PolicyMean Mean => PolicyMean.Tokens;

    private protected override double Weight(double advantage) => advantage > Above ? 1 : 0;
}
