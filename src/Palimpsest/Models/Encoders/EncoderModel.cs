using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Encoders;

/// <summary>A BERT encoder with what stands on top of it. It holds no tensors of its own: parameters belong to <see cref="Parameters"/>.</summary>
/// <remarks>Not thread-safe. Padding goes to the right; every call takes a mask of the real tokens.</remarks>
public sealed class EncoderModel : IDisposable
{
    private readonly EncoderBlock[] _blocks;
    private readonly LayerNorm _norm;
    private readonly Embedding _words;
    private readonly Tensor _places, _segments;
    private readonly Func<Tensor, Tensor>? _head;

    /// <summary>Builds the modules over a store of parameters.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="parameters">The tensors; owned by the model from now on.</param>
    /// <param name="context">Device and compute type.</param>
    public EncoderModel(EncoderConfig config, ParameterStore parameters, TorchContext context)
    {
        Config = config ?? throw new ArgumentNullException(nameof(config));
        Parameters = parameters ?? throw new ArgumentNullException(nameof(parameters));
        Context = context ?? throw new ArgumentNullException(nameof(context));
        _words = new Embedding(parameters[config.Inner("embeddings.word_embeddings.weight")]);
        ModuleBuilder modules = new(parameters, Hooks, _words);
        _places = parameters[config.Inner("embeddings.position_embeddings.weight")];
        _segments = parameters[config.Inner("embeddings.token_type_embeddings.weight")];
        _norm = modules.LayerNorm(config.Inner("embeddings.LayerNorm"), config.NormEpsilon);
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => Block(layer, modules))];
        _head = HeadOf(modules);
        Linears = modules.Linears;
    }

    /// <summary>The shape.</summary>
    public EncoderConfig Config { get; }

    /// <summary>The tensors.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Device and compute type.</summary>
    public TorchContext Context { get; }

    /// <summary>Where activations can be read and changed: the points of <see cref="HookPoints"/> inside the attention.</summary>
    public HookPoints Hooks { get; } = new();

    /// <summary>The linear layers with their names in a checkpoint, in order.</summary>
    public IReadOnlyList<(string Name, Linear Layer)> Linears { get; }

    /// <summary>Loads a folder in the Hugging Face form.</summary>
    /// <param name="folder">Holds <c>config.json</c> and safetensors.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable, or frozen.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or asks for something that is not supported.</exception>
    public static EncoderModel Load(string folder, TorchContext context, LoadMode mode = LoadMode.Mapped)
    {
        ArgumentNullException.ThrowIfNull(context);
        ConfigReader json = ConfigReader.Open(Path.Combine(folder, "config.json"));
        using SafetensorsSet weights = SafetensorsSet.Open(folder);
        EncoderConfig config = EncoderConfig.Read(json, weights);
        ParameterLayout layout = StoreLoader.LayoutOf(json.Path, config.Parameters());
        StoredTensors stored = new(weights, layout, EncoderConfig.OtherNames, config.IsUnused, _ => false);
        return new EncoderModel(config, StoreLoader.Load(layout, context, mode, name => name.Contains("embeddings.", StringComparison.Ordinal), stored.Fill, stored.TryMap), context);
    }

    /// <summary>The residual stream after the last block.</summary>
    /// <param name="ids">[batch, time], int64</param>
    /// <param name="mask">[batch, time], int64: 1 for real tokens, 0 for padding.</param>
    /// <param name="seen">Gets the residual stream after the embedding and after each block; it dies with the pass.</param>
    /// <returns>[batch, time, width], in the compute type.</returns>
    /// <exception cref="PalimpsestException">The sequences are longer than the model's context.</exception>
    public Tensor Hidden(Tensor ids, Tensor mask, Action<int, Tensor>? seen = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(mask);
        long batch = ids.size(0), time = ids.size(1);
        if (time > Config.ContextLength)
        {
            throw new PalimpsestException($"A sequence of {time} tokens is longer than the encoder's context of {Config.ContextLength}. Shorten the text.");
        }

        using DisposeScope temporaries = NewDisposeScope();
        Tensor hidden = mask.eq(Scalars.Of(0L)).to_type(ScalarType.Float32).mul(Scalars.Of((double)AttentionScope.Hidden)).view(batch, 1, 1, time).expand(batch, 1, time, time);
        AttentionScope scope = new([], hidden);
        Tensor embedded = Ops.Add(Ops.Add(_words.Forward(ids), _places.narrow(0, 0, time)), _segments.narrow(0, 0, 1)); // [batch, time, width]
        Tensor x = _norm.Last(embedded.dtype == Context.ScalarType ? embedded : embedded.to_type(Context.ScalarType), null);
        seen?.Invoke(0, x);
        for (int layer = 0; layer < _blocks.Length; layer++)
        {
            x = _blocks[layer].Forward(x, scope);
            seen?.Invoke(layer + 1, x);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The scores that the head gives.</summary>
    /// <param name="hidden">[batch, time, width]</param>
    /// <returns>[batch, time, vocabulary] or [batch, classes], f32.</returns>
    /// <exception cref="PalimpsestException">The encoder has no head.</exception>
    public Tensor Logits(Tensor hidden)
    {
        using DisposeScope temporaries = NewDisposeScope();
        return (_head ?? throw new PalimpsestException("This encoder has no head that gives scores."))(hidden).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

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

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private EncoderBlock Block(int layer, ModuleBuilder modules)
    {
        string prefix = Config.Inner($"encoder.layer.{layer}.");
        Linear Layer(string name) => modules.Linear(prefix + name, bias: true);
        Linear query = Layer("attention.self.query"), key = Layer("attention.self.key"), value = Layer("attention.self.value");
        AttentionShape shape = new(Config.Heads, Config.Heads, Config.HiddenSize / Config.Heads);
        Attention attention = new(layer, shape, x => (query.Forward(x), key.Forward(x), value.Forward(x)), Layer("attention.output.dense"), null, Hooks);
        PlainMlp mlp = new(Layer("intermediate.dense"), Activation.Of(Config.Activation), Layer("output.dense"));
        return new EncoderBlock(attention, modules.LayerNorm(prefix + "attention.output.LayerNorm", Config.NormEpsilon), mlp, modules.LayerNorm(prefix + "output.LayerNorm", Config.NormEpsilon));
    }

    private Func<Tensor, Tensor>? HeadOf(ModuleBuilder modules)
    {
        Linear? pooler = Config.Pooler ? modules.Linear(Config.Inner("pooler.dense"), bias: true) : null;
        if (Config.Head == EncoderHead.Classification)
        {
            Linear classifier = modules.Linear("classifier", bias: true);
            return hidden => classifier.Forward(pooler!.Forward(hidden.select(1, 0)).tanh());
        }

        if (Config.Head == EncoderHead.MaskedLanguage)
        {
            Linear transform = modules.Linear("cls.predictions.transform.dense", bias: true), output = new(_words.Weight, Parameters["cls.predictions.bias"]);
            LayerNorm norm = modules.LayerNorm("cls.predictions.transform.LayerNorm", Config.NormEpsilon);
            Func<Tensor, Tensor> activation = Activation.Of(Config.Activation);
            return hidden => output.Forward(norm.Last(activation(transform.Forward(hidden)), null));
        }

        return null;
    }
}
