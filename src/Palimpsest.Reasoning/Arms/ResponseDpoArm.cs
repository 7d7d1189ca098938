using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Direct preference optimisation on whole solutions: a right one against a wrong one of the same problem.</summary>
/// <remarks>Rafailov et al., NeurIPS 2023.</remarks>
public sealed record ResponseDpoArm : PreferenceArm
{
    private protected override StepPairs? Make(ArmContext context, SolutionPool pool, PairBuilder builder) => new(
        [.. Enumerable.Range(0, pool.Problems.Count).SelectMany(problem => pool.Wrong(problem, context.Sampling.Negatives)
            .Select(wrong => builder.Whole(wrong, builder.Ended(pool, problem))).OfType<StepPair>())], []);
}
