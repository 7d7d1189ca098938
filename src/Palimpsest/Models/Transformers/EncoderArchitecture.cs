using System.Text.Json.Nodes;
using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>A family of encoders with learnt positions and post-norm blocks. Families differ in names, positions, segments and heads.</summary>
internal abstract class EncoderArchitecture : Architecture
{
    /// <summary>The table of positions.</summary>
    public const string Places = "embeddings.position_embeddings";

    /// <summary>The table of segments.</summary>
    public const string Segments = "embeddings.token_type_embeddings";

    /// <summary>The norm below the blocks.</summary>
    public const string Norm = "embeddings.LayerNorm";

    private const string Words = "embeddings.word_embeddings", PoolerLayer = "pooler.dense";

    /// <summary>What the names of the encoder's tensors begin with below a head, such as <c>bert.</c>.</summary>
    public abstract string Prefix { get; }

    /// <summary>The parts of a block.</summary>
    public abstract EncoderBlockNames Block { get; }

    /// <summary>The head over tokens.</summary>
    public abstract MaskedHeadNames Masked { get; }

    /// <summary>The head over classes.</summary>
    public abstract ClassifierHeadNames Classifier { get; }

    /// <summary>The names in <c>architectures</c>, in the order of <see cref="EncoderHead"/>.</summary>
    public abstract override IReadOnlyList<string> Names { get; }

    /// <summary>What a checkpoint may hold of the first training that no model here uses: the beginning of the names, and what it is.</summary>
    protected virtual IReadOnlyList<(string Start, string What)> Leftovers => [];

    /// <summary>Whether the family's bare encoder has a layer over the first token.</summary>
    protected virtual bool HasPooler => false;

    public sealed override string NameOf(ModelConfig config) => Names[(int)((EncoderConfig)config).Head];

    public sealed override EncoderModel Build(ModelConfig config, ParameterStore parameters, TorchContext context) =>
        new((EncoderConfig)config, parameters, context);

    /// <summary>The first row of the table of positions that a text takes.</summary>
    public virtual int FirstPosition(EncoderConfig config) => 0;

    public sealed override EncoderConfig Read(ConfigReader json)
    {
        EncoderConfig config = ReadShape(json);
        if (config.HiddenSize % config.Heads != 0)
        {
            throw json.Bad($"a width of {config.HiddenSize} cannot be shared by {config.Heads} heads");
        }

        EncoderHead head = json.Architecture.Length == 0 ? EncoderHead.None : (EncoderHead)Names.Index().First(item => item.Item == json.Architecture).Index;
        config = config with
        {
            Head = head,
            HeadWidth = config.HiddenSize / config.Heads,
            TiedEmbeddings = head == EncoderHead.MaskedLanguage && json.Flag("tie_word_embeddings", true),
            Labels = head == EncoderHead.Classification ? ClassLabels.Read(json, least: 1) : [],
            InitializerRange = json.Number("initializer_range", 0.02),
            BeginToken = json.Token("bos_token_id"),
            EndTokens = json.Integers("eos_token_id"),
        };
        json.RefuseOthers(ConfigKeys.Harmless);
        return config;
    }

    public sealed override void Write(ModelConfig config, JsonObject json)
    {
        EncoderConfig encoder = (EncoderConfig)config;
        WriteShape(encoder, json);

        // A model without an output matrix says nothing about it; "false" would untie one that is put on it later.
        json["tie_word_embeddings"] = encoder.Head != EncoderHead.MaskedLanguage || encoder.TiedEmbeddings;
    }

    public sealed override ModelConfig Fit(ModelConfig config, Predicate<string> stores)
    {
        EncoderConfig encoder = (EncoderConfig)config;
        return encoder.Head == EncoderHead.None ? encoder with { Pooler = HasPooler && stores(PoolerLayer + ".weight") } : encoder;
    }

    /// <summary>
    /// With and without the prefix, since the bare encoder's checkpoints are written both ways; and the names of norms before 2019, as bert-base-uncased still
    /// has them.
    /// </summary>
    public sealed override IEnumerable<string> OtherNames(string name)
    {
        string other = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : Prefix + name;
        string Old(string modern) =>
            modern.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta",
                StringComparison.Ordinal);
        return name.Contains("LayerNorm.", StringComparison.Ordinal) ? [other, Old(name), Old(other)] : [other];
    }

    public sealed override string? WhyUnused(ModelConfig config, string name)
    {
        EncoderHead head = ((EncoderConfig)config).Head;
        bool Is(string module) => name.StartsWith(module + ".", StringComparison.Ordinal);
        bool isMasked = Is(Masked.Dense) || Is(Masked.Norm) || Is(Masked.Output) || name == Masked.Bias;
        return name.EndsWith("embeddings.position_ids", StringComparison.Ordinal) ? "the numbers of the positions, which are computed"
            : HasPooler && (Is(PoolerLayer) || Is(Prefix + PoolerLayer)) ? "the pooler of the first training, which this head does not use"
            : head != EncoderHead.MaskedLanguage && isMasked ? "the head of the first training, over hidden tokens"
            : Leftovers.FirstOrDefault(item => name.StartsWith(item.Start, StringComparison.Ordinal)).What;
    }

    /// <summary>The tensors in the order of the flat vector.</summary>
    public IEnumerable<(string Name, long[] Shape)> Parameters(EncoderConfig config)
    {
        long width = config.HiddenSize;
        IEnumerable<(string, long[])> Layer(string name, long rows, long columns) => [(name + ".weight", [rows, columns]), (name + ".bias", [rows])];
        IEnumerable<(string, long[])> LayerNorm(string name) => [(name + ".weight", [width]), (name + ".bias", [width])];
        List<(string Name, long[] Shape)> all =
        [
            (config.Inner(Words + ".weight"), [config.VocabularySize, width]),
                (config.Inner(Places + ".weight"), [config.ContextLength + config.FirstPosition, width]),
        ];
        if (config.SegmentTypes > 0)
        {
            all.Add((config.Inner(Segments + ".weight"), [config.SegmentTypes, width]));
        }

        all.AddRange(LayerNorm(config.Inner(Norm)));
        for (int layer = 0; layer < config.Layers; layer++)
        {
            string prefix = config.Inner($"{Block.Layers}.{layer}.");
            all.AddRange([
                .. Layer(prefix + Block.Query, width, width), .. Layer(prefix + Block.Key, width, width), .. Layer(prefix + Block.Value, width, width),
                .. Layer(prefix + Block.Output, width, width), .. LayerNorm(prefix + Block.AttentionNorm),
                .. Layer(prefix + Block.Up, config.IntermediateSize, width), .. Layer(prefix + Block.Down, width, config.IntermediateSize),
                .. LayerNorm(prefix + Block.MlpNorm),
            ]);
        }

        return all.Concat(config.Head switch
        {
            EncoderHead.MaskedLanguage =>
            [
                .. Layer(Masked.Dense, width, width), .. LayerNorm(Masked.Norm),
                .. config.TiedEmbeddings ? Array.Empty<(string, long[])>() : [(Masked.Output + ".weight", [config.VocabularySize, width])],
                (Masked.Bias, [config.VocabularySize]),
            ],
            EncoderHead.Classification => Layer(Classifier.Dense, width, width).Concat(Layer(Classifier.Output, config.Labels.Count, width)),
            _ => config.Pooler ? Layer(config.Inner(PoolerLayer), width, width) : [],
        });
    }

    /// <summary>Builds the modules.</summary>
    public EncoderNetwork Network(EncoderConfig config, ModuleBuilder modules)
    {
        Tensor places = modules[config.Inner(Places + ".weight")];
        Tensor? segmentTypes = config.SegmentTypes > 0 ? modules[config.Inner(Segments + ".weight")] : null;
        LayerNorm norm = modules.LayerNorm(config.Inner(Norm), config.NormEpsilon);
        AttentionShape shape = new(config.Heads, config.Heads, config.HeadWidth);
        Func<Tensor, Tensor> activation = Activation.Of(config.Activation);
        modules.Hooks.Declare(HookPoints.PositionEmbed);
        if (segmentTypes is not null)
        {
            modules.Hooks.Declare(HookPoints.TypeEmbed);
        }

        EncoderBlock[] blocks = [.. Enumerable.Range(0, config.Layers).Select(BlockOf)];
        return config.Head switch
        {
            EncoderHead.MaskedLanguage => MaskedNetwork(),
            EncoderHead.Classification => ClassifierNetwork(),
            _ => BareNetwork(),
        };

        Tensor Embed(Tensor ids, Tensor? segments)
        {
            Tensor sum = modules.AddTo(modules.Embed(ids), HookPoints.PositionEmbed, Positions(config, places, ids)); // [batch, time, width]
            Tensor? types = segments is null ? segmentTypes?.narrow(0, 0, 1) : segmentTypes is null ? null : Kernels.Embedding(segmentTypes, segments);
            return norm.Last(types is null ? sum : modules.AddTo(sum, HookPoints.TypeEmbed, types), null);
        }

        EncoderBlock BlockOf(int layer)
        {
            string prefix = config.Inner($"{Block.Layers}.{layer}.");
            Linear LayerOf(string name) => modules.Linear(prefix + name, bias: true);
            Linear query = LayerOf(Block.Query), key = LayerOf(Block.Key), value = LayerOf(Block.Value);
            Attention attention = new(
                layer, shape, (x, source) => (query.Forward(x), key.Forward(source), value.Forward(source)), LayerOf(Block.Output), null, modules.Hooks);
            PlainMlp mlp = new(layer, LayerOf(Block.Up), activation, LayerOf(Block.Down), modules.Hooks);
            LayerNorm NormOf(string name) => modules.LayerNorm(prefix + name, config.NormEpsilon);
            return new EncoderBlock(layer, attention, NormOf(Block.AttentionNorm), mlp, NormOf(Block.MlpNorm), modules.Hooks);
        }

        EncoderNetwork MaskedNetwork()
        {
            Linear dense = modules.Linear(Masked.Dense, bias: true);
            LayerNorm masked = modules.LayerNorm(Masked.Norm, config.NormEpsilon);
            Func<Tensor, Tensor> between = Masked.Activation ?? activation;
            return new EncoderNetwork(Embed, blocks, hidden => masked.Last(between(dense.Forward(hidden)), null), modules.Linear(Masked.Output, Masked.Bias));
        }

        EncoderNetwork ClassifierNetwork()
        {
            Linear dense = modules.Linear(Classifier.Dense, bias: true);
            return new EncoderNetwork(
                Embed, blocks, hidden => Classifier.Activation(dense.Forward(hidden.select(1, 0))), modules.Linear(Classifier.Output, bias: true));
        }

        EncoderNetwork BareNetwork()
        {
            // Nothing calls the pooler of a bare encoder; it is there to be adapted and saved with the rest.
            _ = config.Pooler ? modules.Linear(config.Inner(PoolerLayer), bias: true) : null;
            return new EncoderNetwork(Embed, blocks, null, null);
        }
    }

    /// <summary>The row of the table of positions that each token of a text takes.</summary>
    public virtual int[] PositionsOf(EncoderConfig config, int[] ids) => [.. Enumerable.Range(0, ids.Length)];

    /// <summary>What the positions add to the embedding. [batch or 1, time, width]</summary>
    protected virtual Tensor Positions(EncoderConfig config, Tensor places, Tensor ids) => places.narrow(0, 0, ids.size(1)).unsqueeze(0);

    /// <summary>Reads the numbers of the encoder; head, classes and tokens are read already.</summary>
    protected abstract EncoderConfig ReadShape(ConfigReader json);

    /// <summary>Writes them.</summary>
    protected abstract void WriteShape(EncoderConfig config, JsonObject json);
}
