namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>How the paper's description of sign-fixed tuning is read where its prose and its pseudo-code differ.</summary>
/// <remarks>
/// Kuo et al., Exact Unlearning of Finetuning Data via Model Merging at Scale, arXiv 2504.04626. The defaults follow section 3 and figure 2; <see cref="Printed"/> follows algorithm 1 of appendix A as it is
/// printed, which leaves the last step unprojected, so that a stored vector can violate its signs and a mask can miss entries.
/// </remarks>
public sealed record SiftOptions
{
    /// <summary>Algorithm 1 as printed: signs of 0 and 1. It also projects, and takes the mask, between gradient and step: call <see cref="SiftProjection"/> there instead of after the step.</summary>
    public static SiftOptions Printed { get; } = new() { ZeroOneSigns = true };

    /// <summary>Whether the sign vector is 0 and 1 instead of -1 and +1, and only entries with τ v &gt; 0 survive: half of the entries are frozen, the others cannot become negative.</summary>
    /// <value>The default is false.</value>
    public bool ZeroOneSigns { get; init; }

    /// <summary>Factor α of a served task. 1.6 to 2 helps small models whose owners' data do not contradict each other; the paper has none.</summary>
    /// <value>The default is 1.</value>
    public double Alpha { get; init; } = 1;

    /// <summary>What the sum is divided by when a task is served.</summary>
    /// <value>The default is the number of owners, the paper's.</value>
    public SiftDivisor Divisor { get; init; }
}
