using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>What an autoencoder made of inputs. All tensors belong to the scope in which it was made.</summary>
/// <param name="Inputs">As given, [..., d] or [..., heads, head width].</param>
/// <param name="Normed">Behind normalisation, [..., d].</param>
/// <param name="Pre">What the activation function got, [..., m]; null where there is no one such tensor.</param>
/// <param name="Acts">The latents, [..., m].</param>
public sealed record SaeCode(Tensor Inputs, Tensor Normed, Tensor? Pre, Tensor Acts)
{
    /// <summary>What outputs are multiplied by to undo the normalisation; null for nothing. [..., 1]</summary>
    internal Tensor? Scale { get; init; }

    /// <summary>What is added to outputs then; null for nothing. [..., 1]</summary>
    internal Tensor? Shift { get; init; }

    /// <summary>Latents that count for the output but are predicted from the past instead of being read; null for all but the temporal one. [..., m]</summary>
    internal Tensor? Predicted { get; init; }
}
