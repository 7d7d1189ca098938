namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of the mean of task vectors: uniform soup, "FT + Merge".</summary>
public sealed record MeanOptions : MergeOptions
{
    /// <summary>Factor λ of the mean.</summary>
    /// <value>The default is 1.</value>
    public double Scale { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Finite("scale", Scale);
}
