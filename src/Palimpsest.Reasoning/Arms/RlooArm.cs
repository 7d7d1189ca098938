using Palimpsest.Metrics;
using Palimpsest.Training.Objectives.Policies;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Reinforcement learning from the model's own solutions as it learns; each is compared with the mean of the others.</summary>
/// <remarks>Ahmadian et al., Back to Basics, ACL 2024.</remarks>
public sealed record RlooArm : OnlineArm
{
    private protected override PolicyGradientOptions Objective => new();

    private protected override double[] Advantages(IReadOnlyCollection<double> rewards) => GroupAdvantages.LeaveOneOut(rewards);
}
