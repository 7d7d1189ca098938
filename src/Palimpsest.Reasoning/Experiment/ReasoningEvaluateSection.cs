using Palimpsest.Common;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>What is asked, and what is shown.</summary>
public sealed record ReasoningEvaluateSection : IValidated
{
    /// <summary>Asks other problems than the test's, to choose settings by.</summary>
    /// <value>The default is false.</value>
    public bool OnValidation { get; init; }

    /// <summary>Resamples of the intervals of efficiency ratios, at least 100.</summary>
    /// <value>The default is 1,000.</value>
    public int Resamples { get; init; } = 1000;

    /// <summary>Example solutions with the advantage of their steps in the report.</summary>
    /// <value>The default is 6.</value>
    public int Traces { get; init; } = 6;

    /// <summary>Rollouts from a step of an example solution.</summary>
    /// <value>The default is 20.</value>
    public int TraceRollouts { get; init; } = 20;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Resamples < 100 || Traces is < 0 or > 100 || TraceRollouts < 1)
        {
            yield return "resamples must be at least 100, traces from 0 to 100, trace_rollouts at least 1.";
        }
    }
}
