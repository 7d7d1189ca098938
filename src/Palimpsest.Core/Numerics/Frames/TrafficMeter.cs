using System.Runtime.InteropServices;

namespace Palimpsest.Numerics.Frames;

/// <summary>Counts the bytes of the frames that were sent, by client and purpose.</summary>
/// <remarks>Meters, not estimates: what is counted is the length of frames. One frame to many clients counts once a client. Not thread-safe.</remarks>
public sealed class TrafficMeter
{
    private static readonly int s_kinds = Enum.GetValues<TrafficKind>().Length;
    private readonly Traffic[] _counts;

    /// <summary>A meter at zero.</summary>
    /// <param name="clients">Number of clients.</param>
    public TrafficMeter(int clients)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(clients);
        _counts = new Traffic[checked(clients * s_kinds)];
    }

    /// <summary>Number of clients.</summary>
    public int Clients => _counts.Length / s_kinds;

    /// <summary>What training cost: downloads and uploads of all clients, without evaluation.</summary>
    public Traffic Training => Total(TrafficKind.Download) + Total(TrafficKind.Upload);

    /// <summary>Counts a frame.</summary>
    /// <param name="client">From 0.</param>
    /// <param name="kind">What it was sent for.</param>
    /// <param name="frame">The whole frame.</param>
    /// <exception cref="PalimpsestException">It is no frame, cut or damaged.</exception>
    public void Count(int client, TrafficKind kind, ReadOnlySpan<byte> frame) => Count(client, kind, Traffic.Of(frame));

    /// <summary>Counts other bytes, such as those of secure aggregation.</summary>
    /// <param name="client">From 0.</param>
    /// <param name="kind">What they were sent for.</param>
    /// <param name="traffic">The bytes.</param>
    public void Count(int client, TrafficKind kind, Traffic traffic) => At(client, kind) += traffic;

    /// <summary>What one client has sent or received.</summary>
    public Traffic Of(int client, TrafficKind kind) => At(client, kind);

    /// <summary>What all clients have sent or received.</summary>
    public Traffic Total(TrafficKind kind)
    {
        Traffic total = default;
        for (int client = 0; client < Clients; client++)
        {
            total += At(client, kind);
        }

        return total;
    }

    /// <summary>All counts for a checkpoint: for each client and each kind frames, header, index, value and dense bytes.</summary>
    public long[] Save() => MemoryMarshal.Cast<Traffic, long>(_counts).ToArray();

    /// <summary>Puts the counts of a checkpoint in the place of these.</summary>
    /// <param name="counts">What <see cref="Save"/> gave.</param>
    /// <exception cref="PalimpsestException">They are of another number of clients.</exception>
    public void Restore(ReadOnlySpan<long> counts)
    {
        Span<long> own = MemoryMarshal.Cast<Traffic, long>(_counts.AsSpan());
        if (counts.Length != own.Length)
        {
            throw new PalimpsestException(
                $"The checkpoint counts bytes in {counts.Length} numbers where {Clients} clients need {own.Length}: it belongs to a run with other clients.");
        }

        counts.CopyTo(own);
    }

    private ref Traffic At(int client, TrafficKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)client, (uint)Clients, nameof(client));
        return ref _counts[(client * s_kinds) + (int)kind];
    }
}
