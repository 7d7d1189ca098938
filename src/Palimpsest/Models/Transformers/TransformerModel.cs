using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>
/// A transformer, decoder or encoder: parameters, layers by name, hook points, and a head that gives scores. It holds no tensors of its own: parameters belong
/// to <see cref="Parameters"/>.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public abstract class TransformerModel : IDisposable
{
    private readonly ModelConfig _config;

    private protected TransformerModel(ModelConfig config, ParameterStore parameters, TorchContext context)
    {
        _config = config ?? throw new ArgumentNullException(nameof(config));
        Parameters = parameters ?? throw new ArgumentNullException(nameof(parameters));
        Context = context ?? throw new ArgumentNullException(nameof(context));
        Embedding = new Embedding(parameters[config.EmbeddingName]);
        Modules = new ModuleBuilder(parameters, Hooks, Embedding);
    }

    /// <summary>The shape.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>The tensors.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Device and compute type.</summary>
    public TorchContext Context { get; }

    /// <summary>The token embedding.</summary>
    public Embedding Embedding { get; }

    /// <summary>All linear layers by Hugging Face's names of the modules, in order; what gives the scores comes last.</summary>
    public IReadOnlyList<(string Name, Linear Layer)> Linears => Modules.Linears;

    /// <summary>
    /// What gives the scores: the output matrix, with the bias where the family has one, or the layer over the classes; null for a bare encoder.
    /// </summary>
    public abstract Linear? Head { get; }

    /// <summary>Where activations can be read and changed.</summary>
    public HookPoints Hooks { get; } = new();

    /// <summary>
    /// Whether the backward pass computes each block again from its inputs instead of keeping what is inside: less memory for about a third more time, and the
    /// same bits.
    /// </summary>
    /// <remarks>Hooks inside of blocks are then called twice, and must do the same both times.</remarks>
    /// <value>The default is false.</value>
    public bool RecomputeBlocks { get; set; }

    /// <summary>Remembers where the random streams of dropout stand, and gives what brings them back there; null where nothing is random.</summary>
    internal Func<Action>? RandomSnapshot { get; set; }

    /// <summary>Name of the embedding in checkpoints.</summary>
    internal string EmbeddingModule => Module(_config.EmbeddingName);

    /// <summary>Name of the head in checkpoints, or null.</summary>
    internal string? HeadModule => _config.HeadName is string name ? Module(name) : null;

    /// <summary>All norms that have a bias, by Hugging Face's names of the modules.</summary>
    internal IReadOnlyList<(string Name, LayerNorm Norm)> Norms => Modules.Norms;

    /// <summary>Makes the modules and keeps account of them.</summary>
    private protected ModuleBuilder Modules { get; }

    /// <summary>The layout of a configuration's parameters.</summary>
    public static ParameterLayout LayoutOf(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new(config.Parameters(), config.Tied());
    }

    /// <summary>What the head makes its scores of: the hidden state itself, or what stands between it and the head.</summary>
    /// <param name="hidden">[..., width]; of a classifying encoder [batch, time, width].</param>
    /// <returns>[..., width]; of a classifying encoder [batch, width]. In the type of <paramref name="hidden"/>.</returns>
    public virtual Tensor Features(Tensor hidden) => hidden;

    /// <summary>The scores of tokens, or of the classes.</summary>
    /// <param name="hidden">[..., width]; of a classifying encoder [batch, time, width].</param>
    /// <returns>[..., vocabulary or classes], f32.</returns>
    /// <exception cref="PalimpsestException">The model has no head.</exception>
    public Tensor Logits(Tensor hidden)
    {
        Linear head = Head ?? throw new PalimpsestException("This encoder has no head that gives scores.");
        using DisposeScope temporaries = NewDisposeScope();
        Tensor logits = head.Forward(Features(hidden));
        return (logits.dtype == ScalarType.Float32 ? logits : logits.to_type(ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Fills a parameter with fresh values: a matrix normal with <see cref="ModelConfig.InitializerRange"/>, the weight of a norm one, a bias zero.
    /// </summary>
    /// <param name="config">The shape.</param>
    /// <param name="slot">Which parameter.</param>
    /// <param name="target">A tensor of its shape.</param>
    /// <param name="random">Each tensor takes a stream of its own from it.</param>
    internal static void Initialise(ModelConfig config, ParameterSlot slot, Tensor target, RandomStream random)
    {
        if (slot.Shape.Count == 1)
        {
            target.fill_(slot.Name.EndsWith(".weight", StringComparison.Ordinal) ? Scalars.One : Scalars.Zero);
            return;
        }

        RandomStream stream = random.Child("init", slot.Name);
        float[] values = new float[slot.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(stream.NextGaussian() * config.InitializerRange);
        }

        using Tensor source = tensor(values, [.. slot.Shape]);
        target.copy_(source);
    }

    /// <summary>A trainable store of fresh parameters.</summary>
    private protected static ParameterStore Fresh(ModelConfig config, TorchContext context, RandomStream random)
    {
        using IDisposable noGrad = no_grad();
        return ParameterStore.Trainable(LayoutOf(config), context.Device, (slot, target) => Initialise(config, slot, target, random));
    }

    private protected void CheckLength(long tokens)
    {
        if (tokens > _config.ContextLength)
        {
            throw new PalimpsestException(
                $"A sequence of {tokens} tokens is longer than the model's context of {_config.ContextLength}. "
                + "Shorten the text, or train with a smaller max_length.");
        }
    }

    /// <summary>Lets the hooks see the residual stream behind the last block of a pass that stops early.</summary>
    private protected Tensor SeenAtStop(Tensor residual, int blocks, string stopAfter)
    {
        Tensor seen = blocks == 0 ? residual : Hooks.Apply($"blocks.{blocks - 1}.", "hook_resid_post", residual);
        return stopAfter.EndsWith(".hook_resid_pre", StringComparison.Ordinal) ? Hooks.Apply("", stopAfter, seen) : seen;
    }

    private static string Module(string weight) => weight[..^".weight".Length];
}
