namespace Palimpsest.Models.Lora;

/// <summary>How adapters are made into one.</summary>
public enum LoraCombinationKind
{
    /// <summary>Weighted sums of the matrices A and of the matrices B. Cheap and of the same rank, but the product is not the weighted sum of the updates.</summary>
    Linear,

    /// <summary>The matrices one beside the other: exactly the weighted sum of the updates, with the sum of the ranks.</summary>
    Cat,

    /// <summary>The weighted sum of the updates, cut to a rank by its singular values.</summary>
    Svd,

    /// <summary>As linear, after small entries and those of the minor sign are left out (Yadav et al., TIES-Merging, NeurIPS 2023, algorithm 1).</summary>
    Ties,

    /// <summary>As linear, after small entries are left out.</summary>
    MagnitudePrune,
}
