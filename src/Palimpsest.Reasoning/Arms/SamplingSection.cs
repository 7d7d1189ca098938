using Palimpsest.Common;
using Palimpsest.Reasoning.PerStepNegatives;

namespace Palimpsest.Reasoning.Arms;

/// <summary>How solutions are sampled, and how it is found out where wrong ones go wrong.</summary>
public sealed record SamplingSection : IValidated
{
    /// <summary>Which problems are sampled: training or pool.</summary>
    /// <value>The default is pool.</value>
    public ProblemSource Source { get; init; } = ProblemSource.Pool;

    /// <summary>Solutions of a problem.</summary>
    /// <value>The default is 8.</value>
    public int Samples { get; init; } = 8;

    /// <summary>Temperature of solutions and rollouts, above 0.</summary>
    /// <value>The default is 1.5: a model that is sure of itself is seldom wrong at 1, and gives few pairs.</value>
    public double Temperature { get; init; } = 1.5;

    /// <summary>Most different wrong solutions of a problem that pairs are made of.</summary>
    /// <value>The default is 4; the paper takes 8.</value>
    public int Negatives { get; init; } = 4;

    /// <summary>K: rollouts from a prefix.</summary>
    /// <value>The default is 10; the paper takes 5.</value>
    public int Rollouts { get; init; } = 10;

    /// <summary>Which step counts as the pit: first-minimum, first-zero or largest-drop.</summary>
    /// <value>The default is largest-drop: where the policy is sure of itself, the published rule lands on the first step.</value>
    public PitRule Rule { get; init; } = PitRule.LargestDrop;

    /// <summary>From which prefixes rollouts are made: scan, early-stop or bisection.</summary>
    /// <value>The default is bisection.</value>
    public PitSearch Search { get; init; } = PitSearch.Bisection;

    /// <summary>Rollouts at a time, which changes nothing but speed and memory; 0 for as many as keep their keys and values in the cache.</summary>
    /// <value>The default is 0.</value>
    public int Places { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Samples < 1 || Negatives < 1 || Rollouts < 1 || Places is < 0 or > 1 << 16)
        {
            yield return "samples, negatives and rollouts must be at least 1, and places from 0 (as many as are fast) to 65536.";
        }

        if (!(Temperature > 0) || !double.IsFinite(Temperature))
        {
            yield return "temperature must be above 0: solutions without chance are all the same.";
        }
    }
}
