using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Flasc;

/// <summary>Settings of SparseAdapter, in one shot.</summary>
public sealed record SparseAdapterOptions : FederatedAlgorithmOptions
{
    /// <summary>Share of the coordinates that is left after the first round, in (0, 1].</summary>
    /// <value>The default is 1/4.</value>
    public double Density { get; init; } = 0.25;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("density", Density)];
}

/// <summary>Settings of AdapterLTH, iterative magnitude pruning.</summary>
public sealed record AdapterLthOptions : FederatedAlgorithmOptions
{
    /// <summary>Share of the coordinates that there is at first, in (0, 1].</summary>
    /// <value>The default is 1.</value>
    public double Density { get; init; } = 1;

    /// <summary>Share of them that a pruning leaves, in (0, 1].</summary>
    /// <value>The default is 0.8, that of the lottery tickets.</value>
    public double Decay { get; init; } = 0.8;

    /// <summary>Rounds from one pruning to the next.</summary>
    /// <value>The default is 10.</value>
    public int DecayEvery { get; init; } = 10;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("density", Density), .. Decays(Decay, DecayEvery)];
}

/// <summary>Takes coordinates away for good, the smallest first: what is left goes down, is trained and comes up.</summary>
/// <remarks>
/// Rivals of FLASC (arXiv 2406.05233): SparseAdapter (He et al., arXiv 2210.04284) as its code has it, one dense round and then one choice by magnitude, and
/// AdapterLTH (Wu and Chen, Pruning Adapters with Lottery Ticket, 2022), whose density decays. The positions go down to a client that takes part for the first
/// time since the last pruning, and never come up. Of clients with a number beyond the count of coordinates nothing is noted: they get positions every time.
/// </remarks>
/// <param name="options">Settings.</param>
/// <param name="density">Of a round.</param>
internal sealed class Pruning(FederatedAlgorithmOptions options, Func<int, double> density) : FederatedAlgorithm(options.Proximal)
{
    private float[] _kept = []; // 1 for a coordinate that is left
    private float[] _told = []; // 1 for a client that knows which
    private BitMask? _mask;

    /// <inheritdoc/>
    public override string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Memory<float> Values)> State => [("kept", _kept), ("told", _told)];

    /// <inheritdoc/>
    public override void Prepare(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        (_kept, _told) = (new float[layout.Count], new float[layout.Count]);
        Array.Fill(_kept, 1);
    }

    // M = top-K of |w| among what is left, K = N d(t)
    /// <inheritdoc/>
    public override void BeginRound(ServerRound round)
    {
        ArgumentNullException.ThrowIfNull(round);
        long k = TopK.Count(_kept.Length, density(round.Number));
        BitMask left = CoordinateMasks.Positive(_kept);
        if (k < left.PopCount())
        {
            left = CoordinateMasks.Largest(round.Weights.Span, k, left);
            left.Apply(0, _kept);
            Array.Clear(_told);
        }

        _mask = k < _kept.Length ? left : null;
    }

    /// <inheritdoc/>
    public override Support Download(ServerRound round, int client) => new(_mask, Known: client < _told.Length && _told[client] > 0);

    /// <inheritdoc/>
    public override void Train(ClientWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        work.Training = work.Training with { Trained = work.Received };
        base.Train(work);
    }

    /// <inheritdoc/>
    public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update) => new(_mask, Known: true);

    /// <inheritdoc/>
    public override void EndRound(ServerRound round)
    {
        ArgumentNullException.ThrowIfNull(round);
        foreach (int client in round.Clients.Where(client => client < _told.Length))
        {
            _told[client] = 1;
        }
    }

    /// <inheritdoc/>
    public override BitMask? Served(ServerRound round, int? client) => _mask ?? CoordinateMasks.Positive(_kept);
}
