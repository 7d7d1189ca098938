using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Direct preference optimisation on steps: wrong solutions are cut at their first pit.</summary>
/// <remarks>Setlur et al., RL on Incorrect Synthetic Data Scales the Efficiency of LLM Math Reasoning by Eight-Fold, NeurIPS 2024.</remarks>
public sealed record PerStepDpoArm : PreferenceArm
{
    /// <summary>What a wrong step is set against: from-problem or shared-prefix.</summary>
    /// <value>The default is from-problem, the paper's recipe.</value>
    public PairingForm Pairing { get; init; } = PairingForm.FromProblem;

    /// <summary>Which step counts as the pit.</summary>
    /// <value>The default is that of the sampling.</value>
    public PitRule? Rule { get; init; }

    /// <summary>From which prefixes rollouts are made.</summary>
    /// <value>The default is that of the sampling.</value>
    public PitSearch? Search { get; init; }

    private protected override StepPairs? Make(ArmContext context, SolutionPool pool, PairBuilder builder) =>
        StepPairs.Make(pool, context.Engine, context.Finder, builder,
        new PairOptions(Pairing, Rule ?? context.Sampling.Rule, Search ?? context.Sampling.Search, context.Sampling.Negatives), context.Job.Stop);
}
