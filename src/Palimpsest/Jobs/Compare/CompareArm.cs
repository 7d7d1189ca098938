namespace Palimpsest.Jobs.Compare;

/// <summary>How an arm was tuned.</summary>
/// <param name="Name">Name of the arm.</param>
/// <param name="Tried">Every setting that was tried, with the metric it reached; null where the run failed, as one does whose loss is no number.</param>
/// <param name="Chosen">The overrides that were taken.</param>
/// <param name="AtTheEdge">Keys whose chosen value is the first or the last of at least three that were tried, so that a better one may lie beyond.</param>
public sealed record CompareArm(string Name, IReadOnlyList<CompareTrial> Tried, IReadOnlyList<string> Chosen, IReadOnlyList<string> AtTheEdge)
{
    /// <summary>Seeds of reported runs whose loss became no number; they have no figures.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<long> Diverged { get; init; } = [];
}
