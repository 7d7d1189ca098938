namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Which step counts as the one where a wrong solution goes wrong.</summary>
public enum PitRule
{
    /// <summary>The first step with the least value, as published.</summary>
    FirstMinimum,

    /// <summary>The first step from which no rollout is right, as Self-Explore has it. The whole wrong solution counts as such, so that this is the first
    /// minimum too.</summary>
    FirstZero,

    /// <summary>The step with the largest drop from the value before it; a problem that no rollout solves is passed over, since nothing can be lost in
    /// it.</summary>
    LargestDrop,
}
