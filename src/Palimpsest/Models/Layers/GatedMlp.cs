using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The gated layer: down(silu(gate(x)) * up(x)).</summary>
public sealed class GatedMlp(Linear gate, Linear up, Linear down) : IFeedForward
{
    /// <summary>The gate projection.</summary>
    public Linear Gate { get; } = gate;

    /// <summary>The up projection.</summary>
    public Linear Up { get; } = up;

    /// <summary>The down projection.</summary>
    public Linear Down { get; } = down;

    /// <inheritdoc/>
    public Tensor Forward(Tensor x)
    {
        Tensor[] parts = Linear.ForwardAll(x, Gate, Up);
        return Down.Forward(SwiGluFunction.Apply(parts[0], parts[1]));
    }
}
