namespace Palimpsest.Unlearning.Merging;

/// <summary>What is dropped, and how the rest is rescaled, in both forms of DARE.</summary>
public abstract record DareSettings : MergeOptions
{
    /// <summary>Probability p that an entry is dropped, in [0, 1).</summary>
    /// <value>The default is 0.9, the paper's.</value>
    public double DropRate { get; init; } = 0.9;

    /// <summary>Whether each tensor is rescaled to its original l1 norm, as mergekit does, instead of by 1 / (1 - p).</summary>
    /// <value>The default is false.</value>
    public bool RescaleToL1 { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => DropRate is >= 0 and < 1 ? [] : ["drop_rate must be at least 0 and below 1."];
}
