using Palimpsest.Training.Objectives.Policies;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Learns every step with the weight e^(A / β): the right-hand side of the theorem, advantage-weighted reinforcement learning.</summary>
/// <remarks>Setlur et al., NeurIPS 2024, theorem 6.1: its optimum is that of direct preference optimisation on steps of one prefix.</remarks>
public sealed record AdvantageWeightedSftArm : AdvantageArm
{
    /// <summary>β: the smaller, the more the best steps count.</summary>
    /// <value>The default is 0.5; with 0.1 one good step outweighs 20,000 neutral ones.</value>
    public double Beta { get; init; } = 0.5;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(Beta > 0 && double.IsFinite(Beta) ? [] : ["beta must be a number above 0."]);

    private protected override PolicyMean Mean => PolicyMean.Answers;

    // exp(A / β)
    private protected override double Weight(double advantage) => Math.Exp(advantage / Beta);
}
