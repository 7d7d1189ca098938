namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>All that is needed to make an owner's task vector again, to the bit, and to know that it is the one that was added. Kept in the ledger beside the owner and erased with it.</summary>
public sealed record ReplayManifest
{
    /// <summary>Where the data lay when it was added.</summary>
    public required string DataPath { get; init; }

    /// <summary>The owner's name in the data's owner column; null where the file is one owner's.</summary>
    public string? DataOwner { get; init; }

    /// <summary>The owner column that was named; null for the usual one, or where the file is one owner's.</summary>
    public string? DataColumn { get; init; }

    /// <summary>SHA-256 over the examples in order: prompts, completions, messages.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>Number of examples.</summary>
    public required int Examples { get; init; }

    /// <summary>Settings of the tuning.</summary>
    public required OwnerTuning Tuning { get; init; }

    /// <summary>Seed of the owner's own random stream.</summary>
    public required long Seed { get; init; }

    /// <summary>The machine.</summary>
    public required ReplayEnvironment Environment { get; init; }

    /// <summary>SHA-256 of the task vector's fixed-point codes.</summary>
    public required string VectorSha256 { get; init; }

    /// <summary>Seconds that the tuning took.</summary>
    public required double Seconds { get; init; }
}
