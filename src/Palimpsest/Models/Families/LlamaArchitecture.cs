using System.Text.Json.Nodes;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Models.Families;

/// <summary>Llama: RMS norms, rotary positions, grouped key-value heads, a gated layer.</summary>
internal sealed class LlamaArchitecture : CausalArchitecture
{
    public static LlamaArchitecture Instance { get; } = new();

    public override string Name => "LlamaForCausalLM";

    public override string ModelType => "llama";

    protected override CausalConfig ReadShape(ConfigReader json)
    {
        json.Choice("hidden_act", ["silu"], "silu");
        int heads = json.Positive("num_attention_heads"), hidden = json.Positive("hidden_size"), positions = json.Positive("max_position_embeddings", 2048);

        (RopeScaling? scaling, double theta) = RopeScalingConfig.Of(json, positions);
        if (json.Texts("layer_types").Any(type => type != "full_attention"))
        {
            throw json.Bad("layers whose attention does not reach all tokens (layer_types) are not supported");
        }

        LlamaConfig config = new()
        {
            VocabularySize = json.Positive("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = json.Positive("intermediate_size"),
            Layers = json.Layers("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = json.Positive("num_key_value_heads", heads),
            HeadWidth = json.Positive("head_dim", hidden / heads),
            ContextLength = scaling?.Type == "dynamic" ? (int)Math.Min(1 << 28, positions * scaling.Factor) : positions,
            RopeTheta = theta,
            RopeScaling = scaling,
            NormEpsilon = json.Number("rms_norm_eps", 1e-6),
            InitializerRange = json.Number("initializer_range", 0.02),
            TiedEmbeddings = json.Flag("tie_word_embeddings"),
            AttentionBias = json.Flag("attention_bias"),
            MlpBias = json.Flag("mlp_bias"),
            BeginToken = json.Token("bos_token_id"),
            EndTokens = json.Integers("eos_token_id"),
            PadToken = json.Token("pad_token_id"),
        };
        return config.Heads % config.KeyValueHeads == 0 && config.HeadWidth % 2 == 0
            ? config
            : throw json.Bad($"{config.Heads} heads cannot share {config.KeyValueHeads} key-value heads of width {config.HeadWidth}; the first must be a multiple of the second and the width even");
    }

    public override void Write(ModelConfig config, JsonObject json)
    {
        LlamaConfig llama = (LlamaConfig)config;
        RopeScaling? scaling = RopeScalingConfig.Writable(llama);
        json["attention_bias"] = llama.AttentionBias;
        json["head_dim"] = llama.HeadWidth;
        json["hidden_act"] = "silu";
        json["hidden_size"] = llama.HiddenSize;
        json["intermediate_size"] = llama.IntermediateSize;
        json["max_position_embeddings"] = scaling?.Type == "dynamic" ? scaling.OriginalContext : llama.ContextLength;
        json["mlp_bias"] = llama.MlpBias;
        json["num_attention_heads"] = llama.Heads;
        json["num_hidden_layers"] = llama.Layers;
        json["num_key_value_heads"] = llama.KeyValueHeads;
        json["rms_norm_eps"] = llama.NormEpsilon;
        json["rope_theta"] = llama.RopeTheta;

        // Both styles, so that transformers 4 reads the file too.
        JsonObject parameters = RopeScalingConfig.Write(scaling);
        if (scaling is not null)
        {
            json["rope_scaling"] = parameters.DeepClone();
        }

        parameters["rope_theta"] = llama.RopeTheta;
        json["rope_parameters"] = parameters;
    }

    public override CausalNetwork Network(CausalConfig config, ModuleBuilder modules)
    {
        LlamaConfig llama = (LlamaConfig)config;
        RotaryEmbedding rotary = new(llama.HeadWidth, llama.RopeTheta, llama.RopeScaling);
        AttentionShape shape = new(llama.Heads, llama.KeyValueHeads, llama.HeadWidth);
        return new CausalNetwork(
            (ids, _) => modules.Embed(ids),
            [.. Enumerable.Range(0, llama.Layers).Select(Block)],
            modules.RmsNorm("model.norm", llama.NormEpsilon));

        DecoderBlock Block(int layer)
        {
            string prefix = $"model.layers.{layer}.";
            Linear Attend(string name) => modules.Linear(prefix + "self_attn." + name, llama.AttentionBias);
            Linear Mlp(string name) => modules.Linear(prefix + "mlp." + name, llama.MlpBias);
            Linear query = Attend("q_proj"), key = Attend("k_proj"), value = Attend("v_proj");
            (Tensor, Tensor, Tensor) Project(Tensor x, Tensor source)
            {
                Tensor[] parts = Linear.ForwardAll(x, query, key, value);
                return (parts[0], parts[1], parts[2]);
            }

            Attention attention = new(layer, shape, Project, Attend("o_proj"), rotary, modules.Hooks);
            return new DecoderBlock(
                layer, modules.RmsNorm(prefix + "input_layernorm", llama.NormEpsilon), attention, modules.RmsNorm(prefix + "post_attention_layernorm", llama.NormEpsilon),
                new GatedMlp(layer, Mlp("gate_proj"), Mlp("up_proj"), Mlp("down_proj"), modules.Hooks), modules.Hooks);
        }
    }

    public override string? WhyUnused(ModelConfig config, string name) =>
        name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) ? "rotary frequencies, which are computed" : null;
}
