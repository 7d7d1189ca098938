namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>How the paper's description of sign-fixed tuning is read where its prose and its pseudo-code differ.</summary>
/// <remarks>
/// Kuo et al., Exact Unlearning of Finetuning Data via Model Merging at Scale, arXiv 2504.04626. The defaults follow section 3 and figure 2; <see cref="Printed"/> follows algorithm 1 of appendix A as it is
/// printed, which leaves the last step unprojected, so that a stored vector can violate its signs and a mask can miss entries.
/// </remarks>
public sealed record SiftOptions
{
    /// <summary>Algorithm 1 as printed: signs of 0 and 1, projection and mask between the gradient and the step.</summary>
    public static SiftOptions Printed { get; } = new() { ProjectBeforeStep = true, ZeroOneSigns = true };

    /// <summary>Whether the vector is projected (and the mask taken) before each optimizer step instead of after it.</summary>
    /// <value>The default is false.</value>
    public bool ProjectBeforeStep { get; init; }

    /// <summary>Whether the sign vector is 0 and 1 instead of -1 and +1, and only entries with τ v &gt; 0 survive: half of the entries are frozen, the others cannot become negative.</summary>
    /// <value>The default is false.</value>
    public bool ZeroOneSigns { get; init; }

    /// <summary>Factor α of a served task. About 1.6 to 2 helps small models; the paper has none.</summary>
    /// <value>The default is 1.</value>
    public double Alpha { get; init; } = 1;

    /// <summary>What the sum is divided by when a task is served.</summary>
    /// <value>The default is the number of owners, the paper's.</value>
    public SiftDivisor Divisor { get; init; }
}
