namespace Palimpsest.Planning;

/// <summary>A causal language model as far as memory and time depend on it.</summary>
public sealed record ModelShape
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Decides which activations are kept.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }

    /// <summary>Inner width of the layer behind the attention.</summary>
    public required int Inner { get; init; }

    /// <summary>Blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Longest sequence.</summary>
    public required int Context { get; init; }

    /// <summary>All weights, each once.</summary>
    public required IReadOnlyList<WeightShape> Weights { get; init; }

    /// <summary>Numbers in all weights.</summary>
    public long Parameters => Weights.Sum(weight => weight.Count);

    /// <summary>Width of all queries together.</summary>
    public long QueryWidth => (long)Heads * HeadWidth;

    /// <summary>Width of all keys together.</summary>
    public long KeyWidth => (long)KeyHeads * HeadWidth;

    /// <summary>The largest rank that is still below every matrix of the blocks.</summary>
    public long LargestRank => Weights.Where(weight => weight.Part == WeightPart.Block).Min(weight => weight.Smaller) - 1;

    /// <summary>A Llama with heads that share nothing and an output matrix of its own.</summary>
    public static ModelShape Llama(string name, int vocabulary, int width, int inner, int layers, int heads, int context)
    {
        IEnumerable<WeightShape> Block(int layer)
        {
            string prefix = $"model.layers.{layer}.";
            WeightShape Matrix(string module, long rows, long columns) => new($"{prefix}{module}.weight", rows, columns, WeightPart.Block);
            yield return new WeightShape(prefix + "input_layernorm.weight", width, 1, WeightPart.Vector);
            foreach (string projection in new[] { "q_proj", "k_proj", "v_proj", "o_proj" })
            {
                yield return Matrix("self_attn." + projection, width, width);
            }

            yield return new WeightShape(prefix + "post_attention_layernorm.weight", width, 1, WeightPart.Vector);
            yield return Matrix("mlp.gate_proj", inner, width);
            yield return Matrix("mlp.up_proj", inner, width);
            yield return Matrix("mlp.down_proj", width, inner);
        }

        return new ModelShape
        {
            Name = name,
            Family = ModelFamily.Llama,
            Vocabulary = vocabulary,
            Width = width,
            Inner = inner,
            Layers = layers,
            Heads = heads,
            KeyHeads = heads,
            HeadWidth = width / heads,
            Context = context,
            Weights =
            [
                new WeightShape("model.embed_tokens.weight", vocabulary, width, WeightPart.Embedding), .. Enumerable.Range(0, layers).SelectMany(Block),
                new WeightShape("model.norm.weight", width, 1, WeightPart.Vector), new WeightShape("lm_head.weight", vocabulary, width, WeightPart.Head),
            ],
        };
    }
}
