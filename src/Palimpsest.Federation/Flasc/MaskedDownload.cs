using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Flasc;

/// <summary>Downloads the weights of largest magnitude: one choice a round and tier among all coordinates, not one a tensor.</summary>
/// <param name="options">Settings.</param>
/// <param name="densities">Of the download, one a tier, ascending. A client's tier is its number modulo how many there are.</param>
internal abstract class MaskedDownload(MaskedOptions options, IReadOnlyList<double> densities) : FederatedAlgorithm(options.Proximal)
{
    private (BitMask Choice, BitMask Head)? _parts;
    private BitMask?[] _download = [];
    private BitMask?[]? _served; // since the last step, once somebody has asked
    private float[][] _before = []; // one a tier: 1 for what the last download held, negative before the first

    /// <inheritdoc/>
    public override string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public override int Groups => densities.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Memory<float> Values)> State =>
        [.. _before.Select((values, tier) => ($"mask_{tier}", values.AsMemory()))];

    /// <inheritdoc/>
    public override void Prepare(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        _served = null;
        _parts = options.DenseHead
            ? (CoordinateMasks.Lora(layout, "A dense head beside sparse adapters"), CoordinateMasks.Of(layout, slot => !CoordinateMasks.IsLora(slot))) : null;
        _before = options.EvaluationMask == EvaluationMask.Current ? []
            : [.. densities.Select(_ => Enumerable.Repeat(-1f, checked((int)layout.Count)).ToArray())];
    }

    /// <inheritdoc/>
    public override void BeginRound(ServerRound round) => _download = Masks(round);

    /// <inheritdoc/>
    public override Support Download(ServerRound round, int client) => new(_download[GroupOf(client)]);

    /// <inheritdoc/>
    public override void EndRound(ServerRound round)
    {
        _served = null;
        for (int tier = 0; tier < _before.Length; tier++)
        {
            Array.Fill(_before[tier], 1);
            _download[tier]?.Apply(0, _before[tier]);
        }
    }

    /// <summary>The mask of a client's tier, or of the densest; before the first round that of the weights there are.</summary>
    /// <inheritdoc/>
    public override BitMask? Served(ServerRound round, int? client) => !options.MaskedEvaluation ? null
        // Workers ask side by side when clients are measured.
        : LazyInitializer.EnsureInitialized(ref _served, () => _before.Length > 0 && _before[0][0] >= 0
            ? [.. _before.Select(values => CoordinateMasks.Positive(values))] : Masks(round))![client is int number ? GroupOf(number) : Groups - 1];

    /// <summary>A share of all coordinates; null for all.</summary>
    protected static BitMask? Largest(ReadOnlySpan<float> values, double density) =>
        TopK.Count(values.Length, density) is long k && k == values.Length ? null : TopK.Mask(values, k);

    // M = top-K of |w|, K = N d decay^(t div every); with a dense head of the LoRA coordinates, and the others are on.
    private BitMask?[] Masks(ServerRound round)
    {
        ReadOnlySpan<float> weights = round.Weights.Span;
        BitMask?[] masks = new BitMask?[densities.Count];
        for (int tier = 0; tier < masks.Length; tier++)
        {
            double density = options.At(densities[tier], round.Number);
            masks[tier] = _parts is not { } parts || density == 1 ? Largest(weights, density) : WithHead(weights, density, parts.Choice, parts.Head);
        }

        return masks;
    }

    private static BitMask WithHead(ReadOnlySpan<float> weights, double density, BitMask choice, BitMask head)
    {
        BitMask mask = CoordinateMasks.Largest(weights, TopK.Count(choice.PopCount(), density), choice);
        mask.Or(head);
        return mask;
    }
}
