using System.Text.Json.Nodes;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Families;

/// <summary>GPT-2: layer norms with biases, learnt positions, one projection for queries, keys and values, GELU.</summary>
/// <remarks>Radford et al., Language Models are Unsupervised Multitask Learners, 2019.</remarks>
internal sealed class Gpt2Architecture : CausalArchitecture
{
    public static Gpt2Architecture Instance { get; } = new();

    public override string Name => "GPT2LMHeadModel";

    public override string ModelType => "gpt2";

    protected override CausalConfig ReadShape(ConfigReader json)
    {
        int heads = json.Positive("n_head"), hidden = json.Positive("n_embd");
        if (hidden % heads != 0)
        {
            throw json.Bad($"n_embd {hidden} is no multiple of n_head {heads}");
        }

        json.Choice("position_embedding_type", ["absolute"], "absolute");
        if (json.Flag("scale_attn_by_inverse_layer_idx") || !json.Flag("scale_attn_weights", true) || json.Flag("add_cross_attention"))
        {
            throw json.Bad("attention that is scaled by layer, not scaled at all, or across sequences is not supported");
        }

        return new Gpt2Config
        {
            VocabularySize = json.Positive("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = json.Positive("n_inner", 4 * hidden),
            Layers = json.Layers("n_layer"),
            Heads = heads,
            KeyValueHeads = heads,
            HeadWidth = hidden / heads,
            ContextLength = json.Positive("n_positions", 1024),
            Activation = json.Choice("activation_function", Activation.Names, "gelu_new"),
            NormEpsilon = json.Number("layer_norm_epsilon", 1e-5),
            InitializerRange = json.Number("initializer_range", 0.02),
            TiedEmbeddings = json.Flag("tie_word_embeddings", true),
            BeginToken = json.Token("bos_token_id"),
            EndTokens = json.Integers("eos_token_id"),
            PadToken = json.Token("pad_token_id"),
        };
    }

    public override void Write(ModelConfig config, JsonObject json)
    {
        json["activation_function"] = ((Gpt2Config)config).Activation;
        json["layer_norm_epsilon"] = config.NormEpsilon;
        json["n_embd"] = config.HiddenSize;
        json["n_head"] = config.Heads;
        json["n_inner"] = config.IntermediateSize;
        json["n_layer"] = config.Layers;
        json["n_positions"] = config.ContextLength;
    }

    public override CausalNetwork Network(CausalConfig config, ModuleBuilder modules)
    {
        AttentionShape shape = new(config.Heads, config.Heads, config.HeadWidth);
        Func<Tensor, Tensor> activation = Activation.Of(((Gpt2Config)config).Activation);
        Tensor positions = modules[Gpt2Config.PositionName];
        long width = config.HiddenSize;
        modules.Hooks.Declare(HookPoints.PositionEmbed);
        return new CausalNetwork(Embed, [.. Enumerable.Range(0, config.Layers).Select(Block)], modules.LayerNorm("transformer.ln_f", config.NormEpsilon));

        Tensor Embed(Tensor ids, AttentionScope scope)
        {
            Tensor places = tensor(scope.Positions.Select(position => (long)position).ToArray(), [ids.size(0), ids.size(1)], device: ids.device);
            return modules.AddTo(modules.Embed(ids), HookPoints.PositionEmbed, Kernels.Embedding(positions, places));
        }

        DecoderBlock Block(int layer)
        {
            string prefix = $"transformer.h.{layer}.";
            Linear all = modules.Linear(prefix + "attn.c_attn", bias: true);
            Attention attention = new(layer, shape, Project, modules.Linear(prefix + "attn.c_proj", bias: true), null, modules.Hooks);
            PlainMlp mlp = new(
                layer, modules.Linear(prefix + "mlp.c_fc", bias: true), activation,
                modules.Linear(prefix + "mlp.c_proj", bias: true), modules.Hooks);
            return new DecoderBlock(layer, modules.LayerNorm(prefix + "ln_1", config.NormEpsilon), attention, modules.LayerNorm(prefix + "ln_2", config.NormEpsilon), mlp, modules.Hooks);

            (Tensor Query, Tensor Key, Tensor Value) Project(Tensor x, Tensor source)
            {
                Tensor projected = all.Forward(x); // [batch, time, 3 * width]
                return (projected.narrow(2, 0, width), projected.narrow(2, width, width), projected.narrow(2, 2 * width, width));
            }
        }
    }

    // The files on the hub were written before the model had a head: their names begin with h.0 and not with transformer.h.0.
    public override IEnumerable<string> OtherNames(string name) =>
        name.StartsWith("transformer.", StringComparison.Ordinal) ? [name["transformer.".Length..]] : [];

    public override string? WhyUnused(ModelConfig config, string name) =>
        name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal)
            ? "a causal mask, which is computed"
            : null;

    private sealed record Gpt2Config : CausalConfig
    {
        public const string PositionName = "transformer.wpe.weight";

        public required string Activation { get; init; }

        internal override CausalArchitecture Architecture => Instance;

        internal override string EmbeddingName => "transformer.wte.weight";

        public override IEnumerable<(string Name, long[] Shape)> Parameters()
        {
            long width = HiddenSize;
            yield return (EmbeddingName, [VocabularySize, width]);
            yield return (PositionName, [ContextLength, width]);
            for (int layer = 0; layer < Layers; layer++)
            {
                string block = $"transformer.h.{layer}.";
                (string Name, long[] Shape)[] weights =
                [
                    ("ln_1", [width]), ("attn.c_attn", [3 * width, width]), ("attn.c_proj", [width, width]), ("ln_2", [width]), ("mlp.c_fc", [IntermediateSize, width]), ("mlp.c_proj", [width, IntermediateSize]),
                ];
                foreach ((string name, long[] shape) in weights)
                {
                    yield return (block + name + ".weight", shape);
                    yield return (block + name + ".bias", [shape[0]]);
                }
            }

            yield return ("transformer.ln_f.weight", [width]);
            yield return ("transformer.ln_f.bias", [width]);
            if (!TiedEmbeddings)
            {
                yield return (HeadName, [Outputs, width]);
            }
        }

        // The layer is a "Conv1D" in the original.
        internal override bool IsStoredTransposed(string name) => name.Contains(".c_", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);

        internal override bool IsLookup(string name) => name == PositionName || base.IsLookup(name);
    }
}
