using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Flasc;

/// <summary>Settings of heterogeneous LoRA.</summary>
public sealed record HetLoraOptions : FederatedAlgorithmOptions
{
    /// <summary>Ranks of groups of clients that can afford unlike ones, ascending: a client's group is its number modulo how many there are. None may be above
    /// the adapter's.</summary>
    /// <value>The default is 1, 4 and 16, as in the released code of FLASC.</value>
    public IReadOnlyList<int> Ranks { get; init; } = [1, 4, 16];

    /// <summary>Whether the ranks kept are those whose row of A, or column of B, has the largest l1 norm, chosen for each factor by itself, and not the first
    /// (<c>rankl1</c> of the released code).</summary>
    /// <value>The default is false.</value>
    public bool ByNorm { get; init; }

    /// <summary>Whether a client counts by the Frobenius norm of its B A over all modules, as Cho et al. have it, and not like all others, as in the released
    /// code.</summary>
    /// <value>The default is false.</value>
    public bool NormWeighted { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
    [
        .. base.Problems(), .. Ranks.Count > 0 && Ranks.All(rank => rank >= 1) && Ranks.Order().SequenceEqual(Ranks)
            ? (string[])[] : ["ranks must be at least one number, each at least 1, ascending: the model of all is the last one's."],
    ];
}

/// <summary>Each client gets, trains and returns the part of the adapter that its rank allows: rows of A and columns of B, and the head whole.</summary>
/// <remarks>
/// Cho et al., Heterogeneous LoRA for Federated Fine-tuning of On-Device Foundation Models, EMNLP 2024, with truncation and zero-padding; its pruning of
/// ranks by a client is left out. The first ranks are known to both sides; those by norm go down as positions.
/// </remarks>
internal sealed class HetLora(HetLoraOptions options) : FederatedAlgorithm(options.Proximal)
{
    private BitMask?[]? _masks; // of the first ranks always the same, of the largest those of the weights there are

    /// <inheritdoc/>
    public override string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public override bool NeedsWeights => options.NormWeighted;

    /// <inheritdoc/>
    public override int Groups => options.Ranks.Count;

    /// <inheritdoc/>
    public override void Prepare(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        _masks = null;
        CoordinateMasks.Lora(layout, "het-lora");
        if (layout.Slots.FirstOrDefault(slot => Rank(slot) is int rank && rank < options.Ranks[^1]) is ParameterSlot small)
        {
            throw new PalimpsestException($"ranks: {options.Ranks[^1]} is more than the rank {Rank(small)} of {small.Name}. Lower it, or train an adapter of "
                + "that rank.");
        }
    }

    /// <inheritdoc/>
    public override void BeginRound(ServerRound round)
    {
        ArgumentNullException.ThrowIfNull(round);
        if (options.NormWeighted && round.ByExamples)
        {
            throw new PalimpsestException("norm_weighted and by_examples each say how much a client counts. Keep one of them.");
        }

        _masks = options.ByNorm ? Masks(round) : MasksOf(round);
    }

    /// <inheritdoc/>
    public override Support Download(ServerRound round, int client) => new(MasksOf(round)[GroupOf(client)], Known: !options.ByNorm);

    /// <inheritdoc/>
    public override void Train(ClientWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        work.Training = work.Training with { Trained = work.Received };
        base.Train(work);
    }

    /// <inheritdoc/>
    public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update) => new(MasksOf(round)[GroupOf(client)], Known: true);

    /// <inheritdoc/>
    public override double Weight(ServerRound round, int client, LocalResult result, ReadOnlySpan<float> update)
    {
        ArgumentNullException.ThrowIfNull(round);
        if (!options.NormWeighted)
        {
            return base.Weight(round, client, result, update);
        }

        float[] end = round.Weights.ToArray();
        MasksOf(round)[GroupOf(client)]?.Apply(0, end);
        for (int i = 0; i < end.Length; i++)
        {
            end[i] += update[i];
        }

        // An adapter of norm 0 counts next to nothing, since a weight must be above 0.
        return Math.Max(AdapterNorm.Of(round.Layout, end), 1e-12);
    }

    /// <inheritdoc/>
    public override void EndRound(ServerRound round) => _masks = options.ByNorm ? null : _masks;

    /// <summary>The mask of a client's tier, or of the highest rank.</summary>
    /// <inheritdoc/>
    public override BitMask? Served(ServerRound round, int? client) => MasksOf(round)[client is int number ? GroupOf(number) : Groups - 1];

    private static int? Rank(ParameterSlot slot) => CoordinateMasks.IsA(slot) ? (int)slot.Shape[0] : CoordinateMasks.IsB(slot) ? (int)slot.Shape[1] : null;

    // Workers ask side by side when clients are measured.
    private BitMask?[] MasksOf(ServerRound round) => LazyInitializer.EnsureInitialized(ref _masks, () => Masks(round))!;

    private BitMask?[] Masks(ServerRound round) => [.. options.Ranks.Select(rank => Mask(round, rank))];

    // A [rank, inputs] keeps rows, B [outputs, rank] columns.
    private BitMask? Mask(ServerRound round, int kept)
    {
        BitMask mask = new(round.Layout.Count);
        bool whole = true;
        foreach (ParameterSlot slot in round.Layout.Slots)
        {
            int columns = (int)slot.Shape[^1];
            ReadOnlySpan<float> values = round.Weights.Span.Slice((int)slot.Offset, (int)slot.Count);
            bool[]? ranks = Rank(slot) is int rank && rank > kept ? Kept(values, rank, kept, columns, CoordinateMasks.IsA(slot)) : null;
            whole &= ranks is null;
            for (int i = 0; i < values.Length; i++)
            {
                mask[slot.Offset + i] = ranks is null || ranks[CoordinateMasks.IsA(slot) ? i / columns : i % columns];
            }
        }

        return whole ? null : mask;
    }

    private bool[] Kept(ReadOnlySpan<float> values, int rank, int kept, int columns, bool rows)
    {
        double[] norms = new double[rank];
        for (int i = 0; options.ByNorm && i < values.Length; i++)
        {
            norms[rows ? i / columns : i % columns] += Math.Abs(values[i]);
        }

        // A stable order: of equal norms the lower index.
        bool[] chosen = new bool[rank];
        foreach (int index in Enumerable.Range(0, rank).OrderByDescending(index => norms[index]).Take(kept))
        {
            chosen[index] = true;
        }

        return chosen;
    }
}
