namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>What a wrong step is set against.</summary>
public enum PairingForm
{
    /// <summary>The prompt is the problem; a right solution is chosen, the wrong one up to its pit is rejected. The paper's recipe.</summary>
    FromProblem,

    /// <summary>The prompt is the problem with the steps before the pit; a right way on from there is chosen, the pit alone is rejected. The theorem's form,
    /// and Self-Explore's.</summary>
    SharedPrefix,
}
