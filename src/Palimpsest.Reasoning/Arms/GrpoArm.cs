using Palimpsest.Metrics;
using Palimpsest.Training.Objectives.Policies;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Reinforcement learning with standardised rewards of a group, a clipped ratio, and several steps on the solutions of a round; without a divergence
/// from a reference.</summary>
/// <remarks>Shao et al., DeepSeekMath, 2024, section 4.1.</remarks>
public sealed record GrpoArm : OnlineArm
{
    /// <summary>How far the ratio to the model that wrote a solution counts.</summary>
    /// <value>The default is 0.2.</value>
    public double Clip { get; init; } = 0.2;

    /// <summary>Optimizer steps on the solutions of a round.</summary>
    /// <value>The default is 2.</value>
    public int Updates { get; init; } = 2;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(Clip is > 0 and < 1 && Updates >= 1 ? []
        : ["clip must be above 0 and below 1, and updates at least 1."]);

    private protected override PolicyGradientOptions Objective => new() { Clip = Clip, Mean = PolicyMean.TokensOfAnswers };

    private protected override int StepsOfRound => Updates;

    private protected override double[] Advantages(IReadOnlyCollection<double> rewards) => GroupAdvantages.Standardized(rewards, sample: true);
}
