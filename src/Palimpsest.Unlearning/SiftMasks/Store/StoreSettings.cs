namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>What a store was made with; never changed.</summary>
public sealed record StoreSettings
{
    /// <summary>Random number of 128 bits in hexadecimal.</summary>
    public required string Id { get; init; }

    /// <summary>Name, folder or file of the base model.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the base model's folder or file.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Hash of the layout of the trainable parameters.</summary>
    public required string LayoutHash { get; init; }

    /// <summary>Trainable parameters.</summary>
    public required long Count { get; init; }

    /// <summary>Seed of the sign vector and of all owners' streams; drawn at random when the store is made.</summary>
    public required long Seed { get; init; }

    /// <summary>How owners are tuned.</summary>
    public required OwnerTuning Tuning { get; init; }

    /// <summary>Factor of a served vector.</summary>
    public required double Alpha { get; init; }

    /// <summary>What the sum is divided by when an owner is served.</summary>
    /// <value>The default is the number of owners.</value>
    public SiftDivisor Divisor { get; init; }
}
