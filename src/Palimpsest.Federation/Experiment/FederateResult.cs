using Palimpsest.Numerics.Frames;

namespace Palimpsest.Federation.Experiment;

/// <summary>What a federation found.</summary>
public sealed record FederateResult
{
    /// <summary>Whose data it was.</summary>
    public required string Subject { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Parameters that are trained and sent.</summary>
    public required long Trained { get; init; }

    /// <summary>What clients were asked before the first round.</summary>
    public required FederateScores Before { get; init; }

    /// <summary>The same after the last one.</summary>
    public required FederateScores After { get; init; }

    /// <summary>The evaluations, by rounds.</summary>
    public required IReadOnlyList<FederatePoint> Curve { get; init; }

    /// <summary>All clients, by their numbers.</summary>
    public required IReadOnlyList<FederateClient> Clients { get; init; }

    /// <summary>Bytes to clients.</summary>
    public required Traffic Download { get; init; }

    /// <summary>Bytes from clients.</summary>
    public required Traffic Upload { get; init; }

    /// <summary>Clients that were asked, over all rounds.</summary>
    public required long Asked { get; init; }

    /// <summary>Those of them that never answered, or too late.</summary>
    public required long Dropped { get; init; }

    /// <summary>Those without data.</summary>
    public required long Empty { get; init; }

    /// <summary>Answers that were not taken in.</summary>
    public required IReadOnlyList<FederateRefusal> Refusals { get; init; }

    /// <summary>Optimizer steps of all clients.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds of all rounds, without evaluations.</summary>
    public required double Seconds { get; init; }

    /// <summary>What everyone who sees a result must know, such as epsilon and its unit; null for nothing.</summary>
    public string? Privacy { get; init; }
}
