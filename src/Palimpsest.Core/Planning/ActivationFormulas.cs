namespace Palimpsest.Planning;

/// <summary>Bytes of activations and temporaries of a training step of this engine on a CPU.</summary>
/// <remarks>
/// What each function keeps for the backward pass, read from the code (<c>Torch/Functions</c>, <c>Models/Layers</c>) and held against the allocator by the
/// benchmark <c>plan</c>. With d the width, f the
/// inner width, q and k the widths of all queries and keys, h heads, T tokens of a sequence, b those of a pass, V the vocabulary, and e the bytes of an
/// activation, a token and a block keep
/// <code>
/// Llama f32          2 (d e + 4) + 2 d e + (2q + 2k) e + 4h + 3f e     sums and scales of the norms, normed inputs, attention, gate, up and their product
/// Llama bf16, T up to 1,024    ... attention: (4q + h T) e             copies of queries, keys, values, the weights of the attention, its output
/// GPT-2 f32          2 (d e + 8) + 2 d e + 4q e + 4h + 2f e
/// </code>
/// The bf16 form also keeps a bf16 copy of every f32 weight, and an adapter its r numbers a matrix.
/// </remarks>
internal static class ActivationFormulas
{
    // Up to this many keys the attention in bf16 is two products with the weights between them; LogitChunks has the other two numbers.
    private const int ShortForHalf = 1024;
    private const long ChunkElements = 1 << 20, ChunkBytes = 64 << 20;

    /// <summary>The most bytes at any moment of a step.</summary>
    public static double Peak(PlanOptions options) => Math.Max(Math.Max(InForward(options), InLoss(options)), InBackward(options));

    /// <summary>Bytes between the forward and the backward pass.</summary>
    public static double AfterForward(PlanOptions options) => Kept(options) + Tail(options);

    // Behind the last block: what it does not keep dies with its scope, and the outputs of all blocks with the model's.
    private static double InForward(PlanOptions options) =>
        Kept(options) + (options.Tokens * Element(options) * (options.CheckpointBlocks ? 0.0 : options.Model.Layers * options.Model.Width))
            + Temporaries(options)
        + (options.CheckpointBlocks ? Block(options) : 0);

    // A chunk of logits at a time, and of bf16 models the output matrix cast for the product.
    private static double InLoss(PlanOptions options)
    {
        long vocabulary = options.Model.Vocabulary,
            rows = Math.Min(options.Tokens, Math.Min(Math.Clamp(ChunkElements / vocabulary, 64, 4096), Math.Max(1, ChunkBytes / (4 * vocabulary))));
        double cast = options.Type == NumberType.Mixed ? 2.0 * vocabulary * options.Model.Width : 0;
        return AfterForward(options) + (rows * (vocabulary + options.Model.Width) * Element(options)) + cast;
    }

    // The gradient of the output matrix scaled; then block by block, from the last: the gradient of the stream and of the inner layer.
    private static double InBackward(PlanOptions options)
    {
        ModelShape model = options.Model;
        double width = model.Width * Element(options) * options.Tokens, inner = model.Inner * Element(options) * options.Tokens;
        bool llama = model.Family == ModelFamily.Llama;
        double head = width + HeadGradient(options), block = width + ((llama ? 2 : 1) * inner) + WeightGradients(options);

        // Around a block that is computed again lie the gradients of its two outputs and of the stream behind them.
        return AfterForward(options) +
            (options.CheckpointBlocks ? Math.Max(head, (3 * width) + Block(options) + Math.Max(Temporaries(options), block)) : Math.Max(head, block));
    }

    /// <summary>What the blocks keep; of blocks that are computed again their inputs.</summary>
    private static double Kept(PlanOptions options)
    {
        ModelShape model = options.Model;
        return options.CheckpointBlocks ? ((2.0 * model.Layers) - 1) * model.Width * Element(options) * options.Tokens : model.Layers * Block(options);
    }

    /// <summary>What a block keeps.</summary>
    private static double Block(PlanOptions options)
    {
        ModelShape model = options.Model;
        double e = Element(options), width = model.Width * e, inner = model.Inner * e, query = model.QueryWidth * e, key = model.KeyWidth * e;
        bool half = options.Type != NumberType.F32, grouped = model.KeyHeads < model.Heads;
        double attention = !half || options.Sequence > ShortForHalf
            ? (2 * query) + (half && grouped ? 2 * query : 2 * key) + (4.0 * model.Heads)
            : (4 * query) + (model.Heads * (double)options.Sequence * e);
        double norms = (2 * (width + (model.Family == ModelFamily.Llama ? 4 : 8))) + (2 * width);
        double rest = model.Family == ModelFamily.Llama ? 3 * inner : 2 * inner;
        double low = IsAdapted(options) ? options.Rank * e * Matrices(options).Count() : 0;
        return (options.Tokens * (norms + attention + rest + low)) + Casts(options);
    }

    /// <summary>What lives no longer than the scope of a block, at its end.</summary>
    private static double Temporaries(PlanOptions options)
    {
        ModelShape model = options.Model;
        double width = model.Width, plain = model.QueryWidth + (2 * model.KeyWidth);

        // TorchSharp makes an empty copy of every output of a custom function: norms, attention, gated product, and the projections that share an input or
        // turn by themselves.
        bool half = options.Type != NumberType.F32, llama = model.Family == ModelFamily.Llama, together = llama && !half && !IsAdapted(options);
        double copies = (llama ? (4 * width) + model.Inner : plain) + (half ? 0 : model.QueryWidth) + (together ? plain + (2 * model.Inner) : 0);
        double turned = model.QueryWidth + model.KeyWidth;
        double scores = half && options.Sequence <= ShortForHalf
            ? (3.0 * model.Heads * options.Sequence) + plain + (llama ? 2 * turned : 0) + model.QueryWidth : 0;
        double bases = IsAdapted(options) ? plain + (2 * width) + (llama ? 2 : 1) * model.Inner : 0;
        return options.Tokens * Element(options) * (width + copies + scores + bases);
    }

    /// <summary>The final norm's sum, the hidden states, their gradient, and that of the output matrix, which the forward pass makes.</summary>
    private static double Tail(PlanOptions options) =>
        (options.Tokens * ((3.0 * options.Model.Width * Element(options)) + 4)) + HeadGradient(options);

    private static double HeadGradient(PlanOptions options) =>
        options.Method == TrainingMethod.Lora ? 0 : (double)options.Model.Vocabulary * options.Model.Width * (options.Type == NumberType.BF16 ? 2 : 4);

    // Before they are added to those of the step: gate and up, which are made together, or the largest matrix; of Grass when it chooses rows anew.
    private static double WeightGradients(PlanOptions options) => IsAdapted(options) ? 0 : (options.Type == NumberType.BF16 ? 2.0 : 4.0)
        * (options is { Model.Family: ModelFamily.Llama, Type: NumberType.F32 } ? 2 : 1) * Matrices(options).Max(weight => weight.Count);

    // Weights that are trained are f32 in the mixed form; each product keeps its bf16 copy. Of adapters both factors are.
    private static double Casts(PlanOptions options) => options.Type != NumberType.Mixed ? 0
        : 2.0 * Matrices(options).Sum(weight => IsAdapted(options) ? options.Rank * (weight.Rows + weight.Columns) : weight.Count);

    private static IEnumerable<WeightShape> Matrices(PlanOptions options)
    {
        WeightShape[] all = [.. options.Model.Weights.Where(weight => weight.Part == WeightPart.Block)];
        return all.Take(all.Length / options.Model.Layers);
    }

    private static bool IsAdapted(PlanOptions options) => options.Method is TrainingMethod.Lora or TrainingMethod.ReLora;

    private static double Element(PlanOptions options) => options.Type == NumberType.F32 ? 4 : 2;
}
