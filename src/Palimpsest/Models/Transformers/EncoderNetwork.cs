using Palimpsest.Models.Layers;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>The modules of an encoder.</summary>
/// <param name="Embed">The residual stream of ids [batch, time] and segments of the same shape, or null for the first segment alone: [batch, time,
/// width].</param>
/// <param name="Blocks">The blocks, in order.</param>
/// <param name="Features">What the head makes its scores of, from the hidden state; null without a head.</param>
/// <param name="Head">What gives the scores, or null.</param>
internal sealed record EncoderNetwork(Func<Tensor, Tensor?, Tensor> Embed, EncoderBlock[] Blocks, Func<Tensor, Tensor>? Features, Linear? Head);
