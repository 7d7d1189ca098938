using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Merging;

/// <summary>What some methods need beside task vectors and settings.</summary>
public sealed record MergeContext
{
    /// <summary>For methods that draw.</summary>
    public required RandomStream Stream { get; init; }

    /// <summary>For Fisher merging.</summary>
    public ITaskVectors? Fishers { get; init; }

    /// <summary>For RegMean.</summary>
    public IGramSource? Grams { get; init; }

    /// <summary>For greedy soup.</summary>
    public VectorScore? Score { get; init; }

    /// <summary>For Localize-and-Stitch with trained masks.</summary>
    public Func<int, BitMask>? Masks { get; init; }
}
