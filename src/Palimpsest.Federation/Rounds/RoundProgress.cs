using Palimpsest.Numerics.Frames;

namespace Palimpsest.Federation.Rounds;

/// <summary>Figures of one round. Only what <see cref="Privacy"/> speaks of is protected: who took part and how their training went is the server's to
/// keep.</summary>
public sealed record RoundProgress
{
    /// <summary>Rounds taken, this one included.</summary>
    public required int Round { get; init; }

    /// <summary>Rounds of the whole federation.</summary>
    public required int Rounds { get; init; }

    /// <summary>Clients that were sent the weights.</summary>
    public required int Asked { get; init; }

    /// <summary>Clients whose answer is part of the average.</summary>
    public required int Answered { get; init; }

    /// <summary>Clients that never answered, or too late.</summary>
    public required int Dropped { get; init; }

    /// <summary>Clients without data.</summary>
    public required int Empty { get; init; }

    /// <summary>Answers that were not taken in.</summary>
    public required IReadOnlyList<RoundRefusal> Refusals { get; init; }

    /// <summary>Mean over the answers of the mean loss of their training; NaN without any.</summary>
    public required double Loss { get; init; }

    /// <summary>Optimizer steps of all clients.</summary>
    public required long Steps { get; init; }

    /// <summary>Euclidean norm of the average update, with its noise if there is any; 0 where the server took no step.</summary>
    public required double UpdateNorm { get; init; }

    /// <summary>Bytes to clients in this round, those of dropped ones included.</summary>
    public required Traffic Download { get; init; }

    /// <summary>Bytes from clients in this round.</summary>
    public required Traffic Upload { get; init; }

    /// <summary>Bytes both ways since the beginning.</summary>
    public required Traffic Total { get; init; }

    /// <summary>Time spent in rounds since the beginning.</summary>
    public required double Seconds { get; init; }

    /// <summary>Clients that were worked on a second, in this round.</summary>
    public required double ClientsPerSecond { get; init; }

    /// <summary>Estimated time to the end, without evaluations.</summary>
    public TimeSpan Left => TimeSpan.FromSeconds(Seconds / Round * (Rounds - Round));

    /// <summary>What everyone who sees a result must know; null for nothing.</summary>
    public required string? Privacy { get; init; }
}
