namespace Palimpsest.Cascades.Agreement;

/// <summary>What a cascade answers, and every call that it took.</summary>
public sealed record CascadeAnswer
{
    /// <summary>The answer; empty if every member of the last tier abstained.</summary>
    public required string Answer { get; init; }

    /// <summary>The tier whose answer it is, from 0.</summary>
    public required int Tier { get; init; }

    /// <summary>The member of it that gave the answer first; null if there is none.</summary>
    public string? Member { get; init; }

    /// <summary>How much that tier agreed.</summary>
    public required double Agreement { get; init; }

    /// <summary>All calls, those of the tiers that passed the question on included: each of them is billed.</summary>
    public required IReadOnlyList<TierCall> Calls { get; init; }

    /// <summary>Wall-clock seconds, members of a tier side by side.</summary>
    public required double Seconds { get; init; }
}
