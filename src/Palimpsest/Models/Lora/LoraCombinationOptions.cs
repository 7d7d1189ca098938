namespace Palimpsest.Models.Lora;

/// <summary>Settings of <see cref="LoraCombination"/>.</summary>
public sealed record LoraCombinationOptions
{
    /// <summary>How adapters are made into one.</summary>
    /// <value>The default is cat, the exact one.</value>
    public LoraCombinationKind Kind { get; init; } = LoraCombinationKind.Cat;

    /// <summary>Rank of the result of svd.</summary>
    /// <value>The default is the largest rank of the adapters.</value>
    public int? Rank { get; init; }

    /// <summary>Share of entries that ties and magnitude-prune keep of each matrix, in (0, 1].</summary>
    /// <value>The default is 0.2, the paper's.</value>
    public double Density { get; init; } = 0.2;

    /// <summary>Whether ties elects the sign that more entries have, instead of that of their sum.</summary>
    /// <value>The default is false.</value>
    public bool SignByCount { get; init; }
}
