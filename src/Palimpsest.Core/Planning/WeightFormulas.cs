namespace Palimpsest.Planning;

/// <summary>Bytes of weights, gradients, optimizer state and projectors.</summary>
/// <remarks>
/// For a matrix of m x n, m at most n, and a rank r, in numbers (Muhamed et al., Grass, arXiv 2406.17660, table of section 4; Zhao et al., GaLore, arXiv
/// 2403.03507, table 1; Hu et al., LoRA, arXiv
/// 2106.09685; Hao et al., Flora, arXiv 2402.03293, and its released optimizer, which factors the second moment):
/// <code>
///                    weights        gradient      state          projector
/// AdamW              mn             mn            2mn
/// SGD                mn             mn            mn
/// LoRA, ReLoRA       mn + r(m+n)    r(m+n)        2r(m+n)
/// Flora              mn             mn            rn + m + n     mr (drawn again from a seed, so in no checkpoint)
/// GaLore             mn             mn            2rn            mr
/// GaLore layer-wise  mn             the largest   2rn            mr
/// GaLore projected   mn             rn            2rn            mr
/// Grass              mn             rn            2rn + r        2r (indices and scales)
/// </code>
/// GaLore's released layer-wise form takes the step inside the backward pass and keeps one gradient at a time; ours keeps the projected ones, so that
/// micro-batches add up. r more numbers of Grass are the steps that each row has had.
/// Embedding, output matrix and vectors are trained by AdamW in all of them but LoRA, where they are frozen, and SGD.
/// </remarks>
internal static class WeightFormulas
{
    private const int FewestQuantized = 4096, QuantizationBlock = 256;

    /// <summary>The bytes, without activations.</summary>
    public static MemoryBytes Of(PlanOptions options)
    {
        double weights = 0, gradients = 0, state = 0, projectors = 0, largest = 0;
        (int trained, int frozen) = options.Type switch
        {
            NumberType.F32 => (4, 4),
            NumberType.Mixed => (4, 2),
            _ => (2, 2),
        };
        foreach (WeightShape weight in options.Model.Weights)
        {
            (long m, long n, long mn, long r) = (weight.Smaller, weight.Larger, weight.Count, options.Rank);
            bool low = weight.Part == WeightPart.Block && options.HasRank, adapted = low && options.Method is TrainingMethod.Lora or TrainingMethod.ReLora;
            long adapter = low && adapted ? r * (m + n) : 0;
            bool still = options.Method == TrainingMethod.Lora || (options.Method == TrainingMethod.ReLora && low);
            weights += still ? (mn * (weight.Part == WeightPart.Vector ? trained : frozen)) + (adapter * trained) : mn * trained;
            (long gradient, long[] moments, long projector) = (options.Method, low) switch
            {
                (TrainingMethod.Lora, false) => (0L, [], 0L),
                (TrainingMethod.Lora or TrainingMethod.ReLora, true) => (adapter, [r * m, r * n, r * m, r * n], 0L),
                (TrainingMethod.Flora, true) => (mn, [r * n, m + n], m * r),
                (TrainingMethod.GaLore or TrainingMethod.GaLoreLayerwise, true) => (mn, [r * n, r * n], m * r),
                (TrainingMethod.GaLoreProjected, true) => (r * n, [r * n, r * n], m * r),
                (TrainingMethod.Grass, true) => (r * n, [r * n, r * n], 0L),
                (TrainingMethod.Sgd, _) => (mn, [mn], 0L),
                _ => (mn, (long[])[mn, mn], 0L),
            };
            gradients += gradient * trained;
            largest = Math.Max(largest, gradient * trained);
            state += moments.Sum(count => Bytes(count, options));
            projectors += projector * trained;

            // Of each selected row an index of 64 bits, as libtorch wants it, and a scale in f32.
            projectors += low && options.Method == TrainingMethod.Grass ? r * (sizeof(long) + sizeof(float)) : 0;
            state += low && options.Method == TrainingMethod.Grass ? r * sizeof(long) : 0;
        }

        return new MemoryBytes(weights, options.Method == TrainingMethod.GaLoreLayerwise ? largest : gradients, state, projectors, 0);
    }

    /// <summary>Dettmers et al., 8-bit Optimizers via Block-wise Quantization, arXiv 2110.02861: a byte a number, and 4 for each block.</summary>
    private static double Bytes(long count, PlanOptions options) => (options.Method == TrainingMethod.AdamW8bit ? StateType.Bits8 : options.State) switch
    {
        StateType.BF16 => 2.0 * count,
        StateType.Bits8 when count >= FewestQuantized => count + (4.0 * ((count + QuantizationBlock - 1) / QuantizationBlock)),
        _ => 4.0 * count,
    };
}
