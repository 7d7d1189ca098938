using Palimpsest.Models.Layers;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>The modules of a causal language model.</summary>
/// <param name="Embed">The residual stream of ids [batch, time] at the positions of a scope: [batch, time, width].</param>
/// <param name="Blocks">The blocks, in order.</param>
/// <param name="FinalNorm">The norm behind the last block.</param>
internal sealed record CausalNetwork(Func<Tensor, AttentionScope, Tensor> Embed, DecoderBlock[] Blocks, INorm FinalNorm);
