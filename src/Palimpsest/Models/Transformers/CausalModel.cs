using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>A causal language model. It holds no tensors of its own: parameters belong to <see cref="Parameters"/>.</summary>
/// <remarks>Not thread-safe. Padding goes to the right in training (later tokens cannot be seen by earlier ones, so no mask is needed) and to the left in generation.</remarks>
public sealed class CausalModel : IDisposable
{
    private readonly CausalNetwork _network;
    private readonly string _lastBlock;

    /// <summary>Builds the modules over a store of parameters.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="parameters">The tensors; owned by the model from now on.</param>
    /// <param name="context">Device and compute type.</param>
    public CausalModel(CausalConfig config, ParameterStore parameters, TorchContext context)
    {
        Config = config ?? throw new ArgumentNullException(nameof(config));
        Parameters = parameters ?? throw new ArgumentNullException(nameof(parameters));
        Context = context ?? throw new ArgumentNullException(nameof(context));
        Embedding = new Embedding(parameters[config.EmbeddingName]);
        ModuleBuilder modules = new(parameters, Hooks, Embedding);
        _network = config.Architecture.Build(config, modules);
        _lastBlock = $"blocks.{config.Layers - 1}.";
        Head = new Linear(parameters[config.HeadName]);
        Linears = [.. modules.Linears, (HeadModule, Head)];
        Norms = modules.Norms;
    }

    /// <summary>Name of the embedding in checkpoints.</summary>
    internal string EmbeddingModule => Module(Config.EmbeddingName);

    /// <summary>Name of the output matrix in checkpoints.</summary>
    internal string HeadModule => Module(Config.HeadName);

    /// <summary>The shape.</summary>
    public CausalConfig Config { get; }

    /// <summary>The tensors.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Device and compute type.</summary>
    public TorchContext Context { get; }

    /// <summary>The blocks, in order.</summary>
    public IReadOnlyList<DecoderBlock> Blocks => _network.Blocks;

    /// <summary>The token embedding.</summary>
    public Embedding Embedding { get; }

    /// <summary>All linear layers by Hugging Face's names of the modules, in order; the output matrix comes last.</summary>
    public IReadOnlyList<(string Name, Linear Layer)> Linears { get; }

    /// <summary>All norms by the names of their gains without <c>.weight</c>.</summary>
    public IReadOnlyList<(string Name, INorm Norm)> Norms { get; }

    /// <summary>The output matrix.</summary>
    public Linear Head { get; }

    /// <summary>Where activations can be read and changed.</summary>
    public HookPoints Hooks { get; } = new();

    /// <summary>Whether the backward pass computes each block again from its inputs instead of keeping what is inside: less memory for about a third more time, and the same bits.</summary>
    /// <remarks>Hooks inside of blocks are then called twice, and must do the same both times.</remarks>
    /// <value>The default is false.</value>
    public bool RecomputeBlocks { get; set; }

    /// <summary>Remembers where the random streams of dropout stand, and gives what brings them back there; null where nothing is random.</summary>
    internal Func<Action>? RandomSnapshot { get; set; }

    /// <summary>The layout of a configuration's parameters.</summary>
    public static ParameterLayout LayoutOf(CausalConfig config) => new(config.Parameters(), config.Tied());

    /// <summary>A trainable model with fresh weights: matrices normal with <see cref="CausalConfig.InitializerRange"/>, norms one, biases zero.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="random">Each tensor takes a stream of its own from it.</param>
    public static CausalModel Create(CausalConfig config, TorchContext context, RandomStream random)
    {
        ParameterStore store = ParameterStore.Trainable(LayoutOf(config), context.Device, type: context.MasterType);
        using IDisposable noGrad = no_grad();
        foreach (ParameterSlot slot in store.Layout.Slots)
        {
            if (slot.Shape.Count == 2)
            {
                RandomStream stream = random.Child("init", slot.Name);
                float[] values = new float[slot.Count];
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)(stream.NextGaussian() * config.InitializerRange);
                }

                using Tensor source = tensor(values, [.. slot.Shape]);
                store[slot.Name].copy_(source);
            }
            else if (slot.Name.EndsWith(".weight", StringComparison.Ordinal))
            {
                store[slot.Name].fill_(Scalars.One);
            }
        }

        return new CausalModel(config, store, context);
    }

    /// <summary>The residual stream after the final norm.</summary>
    /// <param name="ids">[batch, time], int64</param>
    /// <param name="scope">Positions, mask and cache; plain causal attention if null.</param>
    /// <returns>[batch, time, width], in the compute type.</returns>
    /// <exception cref="PalimpsestException">The sequences are longer than the model's context.</exception>
    public Tensor Hidden(Tensor ids, AttentionScope? scope = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        long batch = ids.size(0), time = ids.size(1), total = time + (scope?.Cache?.Length ?? 0);
        if (total > Config.ContextLength)
        {
            throw new PalimpsestException($"A sequence of {total} tokens is longer than the model's context of {Config.ContextLength}. Shorten the text, or train with a smaller max_length.");
        }

        using DisposeScope temporaries = NewDisposeScope();
        scope ??= AttentionScope.Causal(batch, time);
        Tensor embedded = _network.Embed(ids, scope); // [batch, time, width]
        Tensor residual = Hooks.Apply("", "hook_embed", embedded.dtype == Context.ScalarType ? embedded : embedded.to_type(Context.ScalarType));
        Tensor? branch = null;
        bool recomputes = RecomputeBlocks && scope.Cache is null && is_grad_enabled();
        foreach (DecoderBlock block in _network.Blocks)
        {
            (residual, branch) = recomputes ? Recomputed(block, residual, branch, scope) : block.Forward(residual, branch, scope);
        }

        Tensor? hooked = DecoderBlock.Hooked(Hooks, residual, branch, (_lastBlock, "hook_resid_post"));
        Tensor hidden = hooked is null ? _network.FinalNorm.Last(residual, branch) : _network.FinalNorm.Last(hooked, null);
        scope.Cache?.Advance((int)time);
        return Hooks.Apply("", "hook_final_norm", hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the next token, or of the classes.</summary>
    /// <param name="hidden">[..., width]</param>
    /// <returns>[..., vocabulary or classes], f32 (f64 in f64).</returns>
    public Tensor Logits(Tensor hidden)
    {
        using DisposeScope temporaries = NewDisposeScope();
        Tensor logits = Head.Forward(hidden);
        ScalarType precise = ComposedForms.Precise(logits.dtype);
        return (logits.dtype == precise ? logits : logits.to_type(precise)).MoveToOuterDisposeScope();
    }

    /// <summary>Weighted sum of the cross-entropies in nats of the positions that have a target.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <param name="rows">Indices of the positions with a target, in [0, batch * time).</param>
    /// <param name="targets">The token that follows each of them; for a classifier the class of the sequence that ends there.</param>
    /// <param name="rowWeights">One constant a target; null for ones.</param>
    /// <returns>One number, f32 (f64 in f64).</returns>
    public Tensor LossSum(Tensor hidden, long[] rows, long[] targets, float[]? rowWeights = null)
    {
        using DisposeScope temporaries = NewDisposeScope();
        return TokenHead.CrossEntropy(Head, Selected(hidden, rows), targets, rowWeights, RandomSnapshot).MoveToOuterDisposeScope();
    }

    /// <summary>Log-probabilities in nats of the targets, each with a gradient of its own; never the scores of all positions at once.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <param name="rows">Indices of the positions with a target, in [0, batch * time), at least one.</param>
    /// <param name="targets">The token that follows each of them.</param>
    /// <param name="statistics">Receives entropy, mean score and rank of the target; or null.</param>
    /// <returns>[targets], f32 (f64 in f64).</returns>
    public Tensor LogProbabilities(Tensor hidden, long[] rows, long[] targets, TokenStatistics? statistics = null)
    {
        using DisposeScope temporaries = NewDisposeScope();
        return TokenHead.LogProbabilities(Head, Selected(hidden, rows), targets, statistics, RandomSnapshot).MoveToOuterDisposeScope();
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

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private Tensor Selected(Tensor hidden, long[] rows)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        Tensor flat = hidden.view(-1, hidden.size(-1));
        return rows.Length == flat.size(0) ? flat : flat.index_select(0, tensor(rows, device: Context.Device));
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

    private static string Module(string weight) => weight[..^".weight".Length];
}
