namespace Palimpsest.Reasoning.Verifiers;

/// <summary>What is known of a solution.</summary>
public enum Verdict
{
    /// <summary>Its final answer is the right one.</summary>
    Right,

    /// <summary>It has another final answer.</summary>
    Wrong,

    /// <summary>No final answer was found in it; it counts as not right, and is counted apart.</summary>
    Unreadable,

    /// <summary>The verifier itself failed: it ran out of time or memory, or crashed. Counted apart, and as not right.</summary>
    Failed,
}
