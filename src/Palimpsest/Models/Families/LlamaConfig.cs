using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models.Families;

/// <summary>The shape of a Llama model, as <c>config.json</c> states it.</summary>
/// <remarks>Touvron et al., LLaMA, arXiv 2302.13971; grouped-query attention after Ainslie et al., arXiv 2305.13245.</remarks>
public sealed record LlamaConfig : CausalConfig
{
    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>How the rotary frequencies are changed for longer texts, or null.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the four projections of the attention have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the three projections of the MLP have biases.</summary>
    public bool MlpBias { get; init; }

    internal override CausalArchitecture Architecture => LlamaArchitecture.Instance;

    internal override string EmbeddingName => "model.embed_tokens.weight";

    /// <inheritdoc/>
    public override IEnumerable<(string Name, long[] Shape)> Parameters()
    {
        long queryWidth = (long)Heads * HeadWidth, keyWidth = (long)KeyValueHeads * HeadWidth;
        yield return (EmbeddingName, [VocabularySize, HiddenSize]);
        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"model.layers.{layer}.";
            yield return (block + "input_layernorm.weight", [HiddenSize]);
            (string Name, long Out, long In, bool Bias)[] linears =
            [
                ("self_attn.q_proj", queryWidth, HiddenSize, AttentionBias), ("self_attn.k_proj", keyWidth, HiddenSize, AttentionBias),
                ("self_attn.v_proj", keyWidth, HiddenSize, AttentionBias), ("self_attn.o_proj", HiddenSize, queryWidth, AttentionBias),
                ("mlp.gate_proj", IntermediateSize, HiddenSize, MlpBias), ("mlp.up_proj", IntermediateSize, HiddenSize, MlpBias), ("mlp.down_proj", HiddenSize, IntermediateSize, MlpBias),
            ];
            foreach ((string name, long rows, long columns, bool bias) in linears)
            {
                if (name == "mlp.gate_proj")
                {
                    yield return (block + "post_attention_layernorm.weight", [HiddenSize]);
                }

                yield return (block + name + ".weight", [rows, columns]);
                if (bias)
                {
                    yield return (block + name + ".bias", [rows]);
                }
            }
        }

        yield return ("model.norm.weight", [HiddenSize]);
        if (!TiedEmbeddings)
        {
            yield return (HeadName, [Outputs, HiddenSize]);
        }
    }
}
