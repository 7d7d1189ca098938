using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The plain two-layer perceptron: down(activation(up(x))).</summary>
internal sealed class PlainMlp(Linear up, Func<Tensor, Tensor> activation, Linear down) : IFeedForward
{
    public Tensor Forward(Tensor x) => down.Forward(activation(up.Forward(x)));
}
