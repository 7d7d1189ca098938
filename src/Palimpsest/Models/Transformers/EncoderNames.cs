using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>How a family's checkpoints name the parts of a block, as modules behind the block's own name.</summary>
/// <param name="Layers">The list of blocks, such as <c>encoder.layer</c>.</param>
/// <param name="Query">The projection of queries.</param>
/// <param name="Key">That of keys.</param>
/// <param name="Value">That of values.</param>
/// <param name="Output">The output projection of the attention.</param>
/// <param name="AttentionNorm">The norm behind the attention.</param>
/// <param name="Up">The first layer of the MLP.</param>
/// <param name="Down">The second.</param>
/// <param name="MlpNorm">The norm behind the MLP.</param>
internal sealed record EncoderBlockNames(
    string Layers, string Query, string Key, string Value, string Output, string AttentionNorm, string Up, string Down, string MlpNorm);

/// <summary>The head that scores tokens: output(norm(activation(dense(x)))).</summary>
/// <param name="Dense">The first layer.</param>
/// <param name="Norm">The norm behind its activation.</param>
/// <param name="Output">The output matrix, which is tied to the embedding as a rule.</param>
/// <param name="Bias">The bias of the output, which may have a name of its own.</param>
/// <param name="Activation">The activation; null for the one of the blocks.</param>
internal sealed record MaskedHeadNames(string Dense, string Norm, string Output, string Bias, Func<Tensor, Tensor>? Activation = null);

/// <summary>The head that scores classes by the first token: output(activation(dense(x))).</summary>
/// <param name="Dense">The first layer, with the prefix where it is the encoder's pooler.</param>
/// <param name="Activation">Its activation.</param>
/// <param name="Output">The layer over the classes.</param>
internal sealed record ClassifierHeadNames(string Dense, Func<Tensor, Tensor> Activation, string Output);
