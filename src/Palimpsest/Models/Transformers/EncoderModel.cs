using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>An encoder with what stands on top of it.</summary>
/// <remarks>
/// Padding goes to the right. For the loss of hidden tokens take <see cref="TransformerModel.Features"/> of the rows that have a target, and the weight and
/// bias of <see cref="Head"/>.
/// </remarks>
public sealed class EncoderModel : TransformerModel
{
    private readonly EncoderNetwork _network;

    /// <summary>Builds the modules over a store of parameters.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="parameters">The tensors; owned by the model from now on.</param>
    /// <param name="context">Device and compute type.</param>
    public EncoderModel(EncoderConfig config, ParameterStore parameters, TorchContext context)
        : base(config, parameters, context)
    {
        Config = config;
        Hooks.Declare(HookPoints.Embed);
        _network = config.Architecture.Network(config, Modules);
    }

    /// <summary>The shape.</summary>
    public override EncoderConfig Config { get; }

    /// <inheritdoc/>
    public override Linear? Head => _network.Head;

    /// <summary>A trainable encoder with fresh weights: matrices normal with <see cref="ModelConfig.InitializerRange"/>, norms one, biases zero.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="random">Each tensor takes a stream of its own from it.</param>
    public static EncoderModel Create(EncoderConfig config, TorchContext context, RandomStream random) => new(config, Fresh(config, context, random), context);

    /// <summary>The residual stream after the last block.</summary>
    /// <param name="ids">[batch, time], int64</param>
    /// <param name="mask">[batch, time], int64: 1 for real tokens, 0 for padding; null if all are real.</param>
    /// <param name="segments">[batch, time], int64: 0 for the first text of a pair, 1 for the second; null for single texts. A family without segments has no
    /// use for it, as in transformers.</param>
    /// <param name="stopAfter">A hook point behind which nothing is computed but the rest of its block; the residual stream there is the result. Null for the
    /// whole model.</param>
    /// <returns>[batch, time, width], in the compute type.</returns>
    /// <exception cref="PalimpsestException">The sequences are longer than the model's context, or there is no such hook point.</exception>
    public Tensor Hidden(Tensor ids, Tensor? mask = null, Tensor? segments = null, string? stopAfter = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        CheckLength(ids.size(1));
        int blocks = Hooks.BlocksUntil(stopAfter, Config.Layers);
        using DisposeScope temporaries = NewDisposeScope();
        AttentionScope scope = AttentionScope.Everywhere(mask);
        Tensor embedded = _network.Embed(ids, segments); // [batch, time, width]
        Tensor residual = embedded.dtype == Context.ScalarType ? embedded : embedded.to_type(Context.ScalarType);
        bool recomputes = RecomputeBlocks && is_grad_enabled();
        for (int layer = 0; layer < blocks; layer++)
        {
            residual = layer == 0 ? residual : Hooks.Apply($"blocks.{layer - 1}.", "hook_resid_post", residual);
            EncoderBlock block = _network.Blocks[layer];
            residual = recomputes
                ? RecomputeFunction.Apply(inputs => [block.Forward(inputs[0], scope)], RandomSnapshot?.Invoke(), residual)[0]
                : block.Forward(residual, scope);
        }

        return SeenAtStop(residual, blocks, stopAfter ?? "").MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Hidden(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long[] shape = [batch.Batch, batch.Time];
        Tensor Of(long[] values) => tensor(values, shape, device: Context.Device);
        return batch.Documents is null
            ? Hidden(Of(batch.Ids), Of(batch.RealTokens()), batch.Segments is null ? null : Of(batch.Segments))
            : throw new PalimpsestException("Packed rows are for decoders: an encoder's tokens would see other documents. Leave data.packing out.");
    }

    /// <inheritdoc/>
    private protected override Tensor TargetFeatures(Tensor hidden, long[] rows) => Config.Labels.Count > 0
        ? Features(hidden) : base.TargetFeatures(hidden, rows);

    /// <inheritdoc/>
    /// <exception cref="PalimpsestException">The encoder has no head.</exception>
    public override Tensor Features(Tensor hidden) =>
        (_network.Features ?? throw new PalimpsestException("This encoder has no head that gives scores."))(hidden);

    /// <summary>The mean over the real tokens.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <param name="mask">[batch, time], int64</param>
    /// <returns>[batch, width], f32.</returns>
    public static Tensor MeanPooled(Tensor hidden, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(mask);
        using DisposeScope temporaries = NewDisposeScope();
        Tensor weights = mask.to_type(ScalarType.Float32).unsqueeze(-1);
        Tensor sum = hidden.to_type(ScalarType.Float32).mul(weights).sum(dim: 1);
        return sum.div(weights.sum(dim: 1).clamp_min(Scalars.Of(1e-9))).MoveToOuterDisposeScope();
    }
}
