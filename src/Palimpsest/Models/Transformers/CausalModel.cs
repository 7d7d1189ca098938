using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>A causal language model, or a classifier over its last token.</summary>
/// <remarks>Padding goes to the right in training (later tokens cannot be seen by earlier ones, so no mask is needed) and to the left in generation.</remarks>
public sealed class CausalModel : TransformerModel
{
    private readonly CausalNetwork _network;
    private readonly string _lastBlock;

    /// <summary>Builds the modules over a store of parameters.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="parameters">The tensors; owned by the model from now on.</param>
    /// <param name="context">Device and compute type.</param>
    public CausalModel(CausalConfig config, ParameterStore parameters, TorchContext context)
        : base(config, parameters, context)
    {
        Config = config;
        Hooks.Declare(HookPoints.Embed);
        Hooks.Declare(HookPoints.FinalNorm, config.Layers);
        _network = config.Architecture.Network(config, Modules);
        _lastBlock = $"blocks.{config.Layers - 1}.";
        Head = Modules.Linear(HeadModule!, bias: false);
    }

    /// <summary>The shape.</summary>
    public override CausalConfig Config { get; }

    /// <summary>The blocks, in order.</summary>
    public IReadOnlyList<DecoderBlock> Blocks => _network.Blocks;

    /// <summary>The output matrix, or the layer over the classes.</summary>
    public override Linear Head { get; }

    /// <summary>A model with fresh weights: matrices normal with <see cref="ModelConfig.InitializerRange"/>, norms one, biases zero.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="random">Each tensor takes a stream of its own from it.</param>
    /// <param name="frozen">Whether the weights stay as they are, and only an adapter is trained.</param>
    public static CausalModel Create(CausalConfig config, TorchContext context, RandomStream random, bool frozen = false) =>
        new(config, Fresh(config, context, random, frozen), context);

    /// <inheritdoc/>
    public override Tensor Hidden(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Hidden(tensor(batch.Ids, [batch.Batch, batch.Time], device: Context.Device), AttentionScope.Of(batch, Context.Device));
    }

    /// <summary>The residual stream after the final norm.</summary>
    /// <param name="ids">[batch, time], int64</param>
    /// <param name="scope">Positions, mask and cache; plain causal attention if null.</param>
    /// <param name="stopAfter">A hook point behind which nothing is computed but the rest of its block; the residual stream there is the result, without the
    /// final norm. Null for the whole model.</param>
    /// <returns>[batch, time, width], in the compute type.</returns>
    /// <exception cref="PalimpsestException">The sequences are longer than the model's context, or there is no such hook point.</exception>
    public Tensor Hidden(Tensor ids, AttentionScope? scope = null, string? stopAfter = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        long batch = ids.size(0), time = ids.size(1);
        CheckLength(time + (scope?.Cache?.Length ?? 0));
        int blocks = Hooks.BlocksUntil(stopAfter, Config.Layers);
        if (stopAfter is not null && scope?.Cache is not null)
        {
            throw new ArgumentException("A pass that stops early would leave the cache without the keys of later blocks.", nameof(stopAfter));
        }

        using DisposeScope temporaries = NewDisposeScope();
        scope ??= AttentionScope.Causal(batch, time);
        Tensor embedded = _network.Embed(ids, scope); // [batch, time, width]
        Tensor residual = embedded.dtype == Context.ScalarType ? embedded : embedded.to_type(Context.ScalarType);
        Tensor? branch = null;
        bool recomputes = RecomputeBlocks && scope.Cache is null && is_grad_enabled();
        foreach (DecoderBlock block in _network.Blocks.Take(blocks))
        {
            (residual, branch) = recomputes ? Recomputed(block, residual, branch, scope) : block.Forward(residual, branch, scope);
        }

        if (stopAfter is not null and not HookPoints.FinalNorm)
        {
            return SeenAtStop(branch is null ? residual : Ops.Add(residual, branch), blocks, stopAfter).MoveToOuterDisposeScope();
        }

        Tensor? hooked = DecoderBlock.Hooked(Hooks, residual, branch, (_lastBlock, "hook_resid_post"));
        Tensor hidden = hooked is null ? _network.FinalNorm.Last(residual, branch) : _network.FinalNorm.Last(hooked, null);
        scope.Cache?.Advance((int)time);
        return Hooks.Apply("", HookPoints.FinalNorm, hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Asks for a model that predicts tokens.</summary>
    /// <exception cref="PalimpsestException">It is a classifier.</exception>
    internal void RequireLanguageModel()
    {
        if (Config.Labels.Count > 0)
        {
            throw new PalimpsestException($"The model is a classifier ({string.Join(", ", Config.Labels)}) and predicts no tokens. Take the language model that it was made from.");
        }
    }

    private (Tensor Residual, Tensor Branch) Recomputed(DecoderBlock block, Tensor residual, Tensor? branch, AttentionScope scope)
    {
        IReadOnlyList<Tensor> outputs = RecomputeFunction.Apply(
            inputs =>
            {
                (Tensor mid, Tensor output) = block.Forward(inputs[0], inputs.Length > 1 ? inputs[1] : null, scope);
                return [mid, output];
            },
            RandomSnapshot?.Invoke(),
            branch is null ? [residual] : [residual, branch]);
        return (outputs[0], outputs[1]);
    }
}
