using Palimpsest.Models;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>Rounds the projections of a model, as somebody does who wants to run it in less memory: a small change of the weights that unlearning left can be
/// rounded away.</summary>
/// <remarks>Zhang et al., Catastrophic Failure of LLM Unlearning via Quantization, ICLR 2025. Embedding, output matrix, norms and biases stay as they are, as
/// in the usual libraries. Nothing is stored in fewer bits here.</remarks>
public static class WeightRounding
{
    private const int BlockSize = NormalFloat4.BlockSize;

    /// <summary>Rounds in place.</summary>
    /// <param name="model">Loaded as trainable.</param>
    /// <param name="form">How.</param>
    /// <returns>How many weights were rounded.</returns>
    /// <exception cref="PalimpsestException">The model is frozen, or a weight is not finite.</exception>
    public static long Apply(LanguageModel model, RoundingForm form)
    {
        ArgumentNullException.ThrowIfNull(model);
        CausalModel causal = model.Model;
        FlatParameters flat = causal.Parameters.Flat
            ?? throw new PalimpsestException("Rounding needs a model whose weights can be changed: load it as trainable.");
        float[] weights = new float[flat.Layout.Count];
        flat.Read(weights);
        long rounded = 0;
        HashSet<string> projections =
            [.. causal.Linears.Where(item => !ReferenceEquals(item.Layer, causal.Head)).Select(item => item.Name + ".weight")];
        foreach (ParameterSlot slot in flat.Layout.Slots.Where(slot => projections.Contains(slot.Name)))
        {
            Round(weights.AsSpan((int)slot.Offset, (int)slot.Count), (int)slot.Shape[^1], form);
            rounded += slot.Count;
        }

        flat.Load(weights);
        return rounded;
    }

    private static void Round(Span<float> matrix, int row, RoundingForm form)
    {
        if (form == RoundingForm.Nf4)
        {
            byte[] packed = new byte[(matrix.Length + 1) / 2];
            float[] scales = new float[AbsmaxQuantizer.Blocks(matrix.Length, BlockSize)];
            NormalFloat4.Encode(matrix, packed, scales);
            NormalFloat4.Decode(packed, scales, matrix);
            return;
        }

        (int bits, int block) = form == RoundingForm.Int8 ? (8, row) : (4, BlockSize);
        sbyte[] codes = new sbyte[matrix.Length];
        float[] largest = new float[AbsmaxQuantizer.Blocks(matrix.Length, block)];
        AbsmaxQuantizer.Encode(matrix, bits, block, codes, largest);
        AbsmaxQuantizer.Decode(codes, largest, block, matrix);
    }
}
