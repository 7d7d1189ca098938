namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>From which prefixes a solution is rolled out.</summary>
public enum PitSearch
{
    /// <summary>From all.</summary>
    Scan,

    /// <summary>From the first on, until none of the rollouts is right.</summary>
    EarlyStop,

    /// <summary>From about log2 of them, as if the value only fell (OmegaPRM): from the middle, and on in the half where the first zero, or the larger drop,
    /// lies.</summary>
    Bisection,
}
