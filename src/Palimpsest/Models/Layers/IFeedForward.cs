using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The layer of a block that looks at each position alone.</summary>
public interface IFeedForward
{
    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., width]</param>
    /// <returns>Same shape.</returns>
    Tensor Forward(Tensor x);
}
