using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>A low-rank adapter: parameters of its own, in one trainable flat vector, that change what some layers of a model compute. <see cref="LoraAdapters"/> puts adapters on and off.</summary>
/// <remarks>Owns its parameters, which are f32 whatever the model computes in. Belongs to the model it was made on and is disposed before it. Not thread-safe.</remarks>
public sealed class LoraAdapter : IDisposable
{
    private readonly LoraPlan _plan;
    private readonly Dictionary<string, Tensor> _own = new(StringComparer.Ordinal);
    private RandomStream? _dropout;

    internal LoraAdapter(TransformerModel model, LoraOptions options, LoraPlan plan)
    {
        (Model, Options, _plan) = (model, options, plan);
        Parameters = new FlatParameters(plan.Layout, model.Context.Device);
        Linears = plan.Modules.Where(module => !module.IsEmbedding).ToDictionary(
            module => module.Name,
            module => new LinearUpdate(
                module, Parameters[LoraPlan.A(module)], Parameters[LoraPlan.B(module)], options.LoraBias ? Parameters[LoraPlan.BiasOfB(module)] : null, options.Dora ? Parameters[LoraPlan.Magnitude(module)] : null, Drop),
            StringComparer.Ordinal);
        Embedding = plan.Modules.FirstOrDefault(module => module.IsEmbedding) is LoraModule embedding
            ? new EmbeddingUpdate(embedding, Parameters[LoraPlan.A(embedding)], Parameters[LoraPlan.B(embedding)])
            : options.TrainTokens.Count > 0 ? new EmbeddingUpdate(Parameters[plan.Tokens], options.TrainTokens, model.Config.VocabularySize) : null;
    }

    /// <summary>The model it belongs to.</summary>
    public TransformerModel Model { get; }

    /// <summary>Which layers it changes, and how.</summary>
    public LoraOptions Options { get; }

    /// <summary>The adapted modules.</summary>
    public IReadOnlyList<LoraModule> Modules => _plan.Modules;

    /// <summary>All that is trained, under the names of the PEFT format.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The settings as text, which a resumed training must share.</summary>
    internal string Settings => LoraConfigFile.Json(this, null).ToJsonString();

    /// <summary>The update of each adapted linear layer.</summary>
    internal Dictionary<string, LinearUpdate> Linears { get; }

    /// <summary>The change of the embedding, if any.</summary>
    internal EmbeddingUpdate? Embedding { get; }

    /// <summary>The layers whose weight or bias is replaced.</summary>
    internal IEnumerable<string> Replaced => _plan.Saved.Union(_plan.Biases).Union(_own.Keys);

    /// <summary>The weights of its own that adapted layers have, by the names of the modules; none before <see cref="TakeWeights"/>.</summary>
    internal IReadOnlyDictionary<string, Tensor> OwnWeights => _own;

    /// <summary>Makes a fresh adapter, which leaves the model's outputs as they are unless <see cref="LoraOptions.Init"/> says otherwise. It is not active yet.</summary>
    /// <param name="model">The model; load it frozen, so that no gradients are made for it. No other adapter is active: copies of weights are taken of what the layers hold now.</param>
    /// <param name="options">Settings. The head of a classifier is trained and stored whole in any case.</param>
    /// <param name="random">Each matrix takes a stream of its own from it.</param>
    /// <exception cref="PalimpsestException">The settings mean no module of this model, or what is not supported.</exception>
    public static LoraAdapter Create(TransformerModel model, LoraOptions options, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options = model.Config.Labels.Count > 0 ? options.ForClassifier() : options;
        LoraPlan plan = new(model, options);
        if (options.EnsureWeightTying && plan.Layout.Tied.Count == 0)
        {
            string why = model.Config.TiedEmbeddings ? "neither embedding nor output matrix is among modules_to_save" : "this model ties nothing";
            throw new PalimpsestException($"ensure_weight_tying: {why}. Leave it out.");
        }

        new LoraSelector(options).RefuseWhatMeansNothing(
            [model.EmbeddingModule, .. model.Linears.Select(item => item.Name)], [.. plan.Modules.Select(module => module.Name)]);
        LoraAdapter adapter = new(model, options, plan);
        adapter.Initialise(random);
        return adapter;
    }

    /// <summary>Loads an adapter in the PEFT format. It is not active yet.</summary>
    /// <param name="model">The model it was made for.</param>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, the adapter does not fit the model, or it needs what is not supported.</exception>
    public static LoraAdapter Load(TransformerModel model, string folder) => LoraFolder.Load(model, folder);

    /// <summary>Saves the adapter in the PEFT format; each file whole or not at all.</summary>
    /// <param name="folder">Created if needed.</param>
    /// <param name="baseModel">Where the base model is found, for the reader's information.</param>
    /// <param name="type">Element type of the file: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written, or the adapter was restarted on weights of its own.</exception>
    public void Save(string folder, string? baseModel = null, ComputeType type = ComputeType.F32)
    {
        if (_own.Count > 0)
        {
            throw new PalimpsestException(
                "The adapter was merged and begun again, so it is nothing without the weights it was merged into. Save the merged model.");
        }

        LoraFolder.Save(this, folder, baseModel, type);
    }

    /// <summary>Turns the dropout of training on, with the masks of a stream, or off.</summary>
    /// <param name="stream">Moves on with every mask; null for evaluation.</param>
    public void SetDropout(RandomStream? stream) => _dropout = stream;

    /// <summary>The weight that a layer has instead of the model's, or null.</summary>
    internal Tensor? WeightOf(string module) =>
        _own.TryGetValue(module, out Tensor? own) ? own : _plan.Saved.Contains(module) ? Parameters[LoraPlan.SavedWeight(module)] : null;

    /// <summary>The bias that a layer has instead of the model's, or null.</summary>
    internal Tensor? BiasOf(string module) =>
        _plan.Saved.Contains(module) ? Parameters[LoraPlan.SavedBias(module)] : _plan.Biases.Contains(module) ? Parameters[_plan.Bias(module)] : null;

    /// <summary>Gives the adapted layers copies of their weights, which <see cref="Restart"/> changes. The base model's stay as they are.</summary>
    internal void TakeWeights()
    {
        foreach (string name in Linears.Keys.Where(name => !_own.ContainsKey(name)))
        {
            Linear layer = LayerOf(name);
            if (layer.Packed is not null)
            {
                throw new PalimpsestException($"{name}: updates cannot be folded into quantised weights. Load the model with its weights in f32.");
            }

            using Tensor detached = layer.Weight.detach();
            _own.Add(name, detached.clone().DetachFromDisposeScope());
            layer.Weight = _own[name];
        }
    }

    /// <summary>Folds the updates into the layers' own weights and begins new ones: A as at first, B zero.</summary>
    /// <param name="random">Each A takes a stream of its own from it.</param>
    internal void Restart(RandomStream random)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (LoraModule module in Modules)
        {
            _own[module.Name].copy_(Linears[module.Name].MergedWeight(_own[module.Name]));
            InitialiseA(module, random);
            Parameters[LoraPlan.B(module)].zero_();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding?.Dispose();
        foreach (Tensor own in _own.Values)
        {
            own.Dispose();
        }

        Parameters.Dispose();
    }

    private Tensor Drop(Tensor x) => _dropout is null || Options.Dropout == 0 ? x : Dropout.Apply(x, Options.Dropout, _dropout);

    private void Initialise(RandomStream random)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (LoraModule module in Modules)
        {
            double uniformB = 1 / Math.Sqrt(module.Rank);
            if (!module.IsEmbedding || Options.Init == LoraInit.Random)
            {
                InitialiseA(module, random);
            }

            if (module.IsEmbedding || Options.Init == LoraInit.Random)
            {
                Fill(LoraPlan.B(module), random, stream => module.IsEmbedding ? stream.NextGaussian() : Uniform(stream, uniformB));
            }

            if (Options.Dora)
            {
                Parameters[LoraPlan.Magnitude(module)].copy_(Linears[module.Name].Norms(LayerOf(module.Name).Values()));
            }
        }

        foreach (string name in _plan.Biases)
        {
            BiasOf(name)!.copy_(LoraPlan.BaseOf(Model, name).Bias!);
        }

        foreach (string name in _plan.Saved)
        {
            (Tensor weight, Tensor? bias) = LoraPlan.BaseOf(Model, name);
            WeightOf(name)!.copy_(weight);
            if (bias is not null)
            {
                BiasOf(name)!.copy_(bias);
            }
        }

        if (Options.TrainTokens.Count > 0)
        {
            Parameters[_plan.Tokens].copy_(Kernels.Embedding(
                Model.Embedding.Values(),
                tensor(Options.TrainTokens.Select(token => (long)token).ToArray(), device: Model.Context.Device)));
        }
    }

    private void InitialiseA(LoraModule module, RandomStream random)
    {
        double uniform = 1 / Math.Sqrt(module.Inputs);
        bool normal = module.IsEmbedding || Options.Init == LoraInit.Gaussian;
        Fill(LoraPlan.A(module), random, stream => normal ? stream.NextGaussian() * (module.IsEmbedding ? 1 : 1.0 / module.Rank) : Uniform(stream, uniform));
    }

    private void Fill(string name, RandomStream random, Func<RandomStream, double> draw)
    {
        RandomStream stream = random.Child("lora", name);
        float[] values = new float[Parameters.Layout[name].Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)draw(stream);
        }

        using Tensor source = tensor(values, [.. Parameters.Layout[name].Shape]);
        Parameters[name].copy_(source);
    }

    private Linear LayerOf(string name) => Model.Linears.First(item => item.Name == name).Layer;

    private static double Uniform(RandomStream stream, double bound) => ((2 * stream.NextDouble()) - 1) * bound;
}
