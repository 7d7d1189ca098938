using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation;

/// <summary>How hard a text would pull at a model: the mean over its parameter tensors of the Euclidean norm of the gradient of the text's mean cross-entropy.
/// A text that was trained on pulls less.</summary>
/// <remarks>The score "gradnorm" of open-unlearning's membership inference, which leaves out the last token, the end token.</remarks>
public static class GradientNorm
{
    /// <summary>Measures texts one by one. The model's gradients are overwritten.</summary>
    /// <param name="model">A trainable model.</param>
    /// <param name="sequences">The texts; the tokens that are to be predicted count, at least one each.</param>
    /// <returns>One a text.</returns>
    /// <exception cref="PalimpsestException">The model is frozen.</exception>
    public static double[] Measure(CausalModel model, IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        FlatParameters flat = model.Parameters.Flat ?? throw new PalimpsestException("The norm of a gradient needs a model whose weights are trainable.");
        return [.. sequences.Select(sequence => Of(model, flat, TokenBatch.Of([sequence])))];
    }

    private static double Of(CausalModel model, FlatParameters flat, TokenBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        flat.ZeroGradients();
        Autograd.Backward(Ops.Scale(model.LossSum(model.Hidden(batch), batch.Rows, batch.Targets), 1.0 / batch.Targets.Length));
        return flat.Layout.Slots.Average(slot => Ops.Number(flat[slot.Name].grad!.norm()));
    }
}
