using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Sees in the backward pass what the gradient of a weight is made of: for projected gradients, norms of single examples, or statistics.</summary>
/// <remarks>Called on the thread of the backward pass; the tensors die with it. An exception does not end the process but is thrown again by <see
/// cref="Autograd.Backward"/>.</remarks>
public interface IGradientObserver
{
    /// <summary>Whether the weight's own gradient is wanted as well. If not, it is never made; asked in every backward pass.</summary>
    bool KeepsGradient { get; }

    /// <summary>Gets what a weight met. Where blocks are computed again, or the rows of a pass come in pieces, it is called once for each piece.</summary>
    /// <param name="input">A linear layer's input [rows, in], an embedding's ids [rows], or a norm's normalised rows before gain and bias [rows,
    /// width].</param>
    /// <param name="outputGradient">The gradient of what the layer gave, [rows, out].</param>
    /// <param name="firstRow">Number of the first row in its pass, [batch * time] in order; of the output matrix, among the rows that have a target.</param>
    void Observe(Tensor input, Tensor outputGradient, long firstRow);
}
