namespace Palimpsest.Models;

/// <summary>The shape of a Llama model, as <c>config.json</c> states it.</summary>
/// <remarks>Touvron et al., LLaMA, arXiv 2302.13971; grouped-query attention after Ainslie et al., arXiv 2305.13245.</remarks>
public sealed record LlamaConfig
{
    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the gated layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads, a divisor of <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head, even.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Longest sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Added to the mean square in the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the embedding is the output matrix too.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether the four projections of the attention have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the three projections of the MLP have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Standard deviation of fresh weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The token a sequence begins with, if any.</summary>
    public int? BeginToken { get; init; }

    /// <summary>The tokens a text may end with.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The tensors of the model in the order of the flat vector, with Hugging Face's names.</summary>
    public IEnumerable<(string Name, long[] Shape)> Parameters()
    {
        long queryWidth = (long)Heads * HeadWidth, keyWidth = (long)KeyValueHeads * HeadWidth;
        yield return ("model.embed_tokens.weight", [VocabularySize, HiddenSize]);
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
            yield return ("lm_head.weight", [VocabularySize, HiddenSize]);
        }
    }

    /// <summary>Aliases of tied tensors.</summary>
    public IReadOnlyDictionary<string, string> Tied() =>
        TiedEmbeddings ? new Dictionary<string, string>(StringComparer.Ordinal) { ["lm_head.weight"] = "model.embed_tokens.weight" } : [];

    /// <summary>Floating-point operations of a training step for each token: 6 for each parameter of a matrix, and 12 x layers x sequence x width for the attention.</summary>
    public double TrainingFlopsPerToken(int sequence) => (6.0 * Parameters().Where(p => p.Shape.Length == 2 && (TiedEmbeddings || p.Name != "model.embed_tokens.weight")).Sum(p => (double)p.Shape[0] * p.Shape[1]))
        + (12.0 * Layers * sequence * Heads * HeadWidth);
}
