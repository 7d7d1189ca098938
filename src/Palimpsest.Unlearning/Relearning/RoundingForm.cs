namespace Palimpsest.Unlearning.Relearning;

/// <summary>How weights are rounded.</summary>
public enum RoundingForm
{
    /// <summary>8 bits, one scale a row of a matrix.</summary>
    Int8,

    /// <summary>4 bits, evenly spaced, one scale a block of 64.</summary>
    Int4,

    /// <summary>4 bits at the quantiles of a normal distribution, one scale a block of 64 (QLoRA).</summary>
    Nf4,
}
