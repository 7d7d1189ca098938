using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
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
        Embedding = Embedding.Of(parameters[config.EmbeddingName], parameters.PackedOf(config.EmbeddingName));
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

    /// <summary>Whether the model answers without dropout although it is being trained: as its own reference below an adapter.</summary>
    internal bool AsReference { get; set; }

    /// <summary>Name of the embedding in checkpoints.</summary>
    internal string EmbeddingModule => Module(_config.EmbeddingName);

    /// <summary>Name of the head in checkpoints, or null.</summary>
    internal string? HeadModule => _config.HeadName is string name ? Module(name) : null;

    /// <summary>All norms by Hugging Face's names of the modules.</summary>
    public IReadOnlyList<(string Name, INorm Norm)> Norms => Modules.Norms;

    /// <summary>Those of them that have a bias.</summary>
    internal IEnumerable<(string Name, LayerNorm Norm)> BiasedNorms =>
        Modules.Norms.Where(item => item.Norm is LayerNorm).Select(item => (item.Name, (LayerNorm)item.Norm));

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
    /// <returns>[..., vocabulary or classes], f32 (f64 in f64).</returns>
    /// <exception cref="PalimpsestException">The model has no head.</exception>
    public Tensor Logits(Tensor hidden)
    {
        Linear head = Head ?? throw new PalimpsestException("This encoder has no head that gives scores.");
        using DisposeScope temporaries = NewDisposeScope();
        Tensor logits = head.Forward(Features(hidden));
        ScalarType precise = ComposedForms.Precise(logits.dtype);
        return (logits.dtype == precise ? logits : logits.to_type(precise)).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream after the last block for a batch: positions, documents and padding are the batch's.</summary>
    /// <param name="batch">The batch.</param>
    /// <returns>[batch, time, width], in the compute type.</returns>
    public abstract Tensor Hidden(TokenBatch batch);

    /// <summary>Weighted sum of the cross-entropies in nats of the positions that have a target.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <param name="rows">Indices of the positions with a target, in [0, batch * time); of a classifying encoder one a sequence, in order.</param>
    /// <param name="targets">The token that follows (or is hidden at) each of them; for a classifier the class of the sequence.</param>
    /// <param name="rowWeights">One constant a target; null for ones.</param>
    /// <returns>One number, f32 (f64 in f64).</returns>
    /// <exception cref="PalimpsestException">The model has no head.</exception>
    public Tensor LossSum(Tensor hidden, long[] rows, long[] targets, float[]? rowWeights = null)
    {
        Linear head = Head ?? throw new PalimpsestException("This encoder has no head that gives scores.");
        using DisposeScope temporaries = NewDisposeScope();
        return TokenHead.CrossEntropy(head, TargetFeatures(hidden, rows), targets, rowWeights, RandomSnapshot).MoveToOuterDisposeScope();
    }

    /// <summary>Log-probabilities in nats of the targets, each with a gradient of its own; never the scores of all positions at once.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <param name="rows">As for <see cref="LossSum"/>, at least one.</param>
    /// <param name="targets">As for <see cref="LossSum"/>.</param>
    /// <param name="statistics">Receives entropy, mean score and rank of the target; or null.</param>
    /// <returns>[targets], f32 (f64 in f64).</returns>
    /// <exception cref="PalimpsestException">The model has no head.</exception>
    public Tensor LogProbabilities(Tensor hidden, long[] rows, long[] targets, TokenStatistics? statistics = null)
    {
        Linear head = Head ?? throw new PalimpsestException("This encoder has no head that gives scores.");
        using DisposeScope temporaries = NewDisposeScope();
        return TokenHead.LogProbabilities(head, TargetFeatures(hidden, rows), targets, statistics, RandomSnapshot).MoveToOuterDisposeScope();
    }

    /// <summary>Logarithms of the probabilities of all classes; for classifiers.</summary>
    /// <param name="batch">Sequences with a label each, whichever.</param>
    /// <returns>[sequences, classes], f32 (f64 in f64).</returns>
    internal Tensor ClassLogProbabilities(TokenBatch batch)
    {
        Linear head = Head ?? throw new PalimpsestException("This encoder has no head that gives scores.");
        using DisposeScope temporaries = NewDisposeScope();
        Tensor logits = head.Forward(TargetFeatures(Hidden(batch), batch.Rows));
        return logits.to_type(ComposedForms.Precise(logits.dtype)).log_softmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>Reads something of the scores of some positions, a part of them at a time; never the scores of all positions at once.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <param name="rows">Indices of the positions, in [0, batch * time); none gives an empty result.</param>
    /// <param name="read">Gets the scores of a part [part, vocabulary], f32 (f64 in f64), the number of its first row, and the part of
    /// <paramref name="beside"/>; gives one number a row, [part]. It is called again in the backward pass, where other tensors have died.</param>
    /// <param name="beside">[batch, time, any], constants; or null.</param>
    /// <returns>[rows]</returns>
    /// <exception cref="PalimpsestException">The model has no head.</exception>
    internal Tensor ReadScores(Tensor hidden, long[] rows, Func<Tensor, int, Tensor?, Tensor> read, Tensor? beside = null)
    {
        Linear head = Head ?? throw new PalimpsestException("This encoder has no head that gives scores.");
        using DisposeScope temporaries = NewDisposeScope();
        Tensor? others = beside is null ? null : Rows(beside, rows);
        return TokenHead.Read(head, TargetFeatures(hidden, rows), others, RandomSnapshot, read).MoveToOuterDisposeScope();
    }

    /// <summary>What the head makes the scores of some positions of, [rows, width].</summary>
    private protected virtual Tensor TargetFeatures(Tensor hidden, long[] rows)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        return Features(Rows(hidden, rows));
    }

    private Tensor Rows(Tensor x, long[] rows)
    {
        Tensor flat = x.view(-1, x.size(-1));
        return rows.Length == flat.size(0) ? flat : flat.index_select(0, tensor(rows, device: Context.Device));
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

    /// <summary>A store of fresh parameters, all trainable or all frozen.</summary>
    private protected static ParameterStore Fresh(ModelConfig config, TorchContext context, RandomStream random, bool frozen = false)
    {
        using IDisposable noGrad = no_grad();
        return frozen
            ? ParameterStore.Frozen(LayoutOf(config), slot =>
            {
                Tensor target = empty([.. slot.Shape], context.MasterType, context.Device);
                Initialise(config, slot, target, random);
                return target;
            })
            : ParameterStore.Trainable(LayoutOf(config), context.Device, (slot, target) => Initialise(config, slot, target, random), context.MasterType);
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
