using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>A normalisation that first adds the branch before it to the residual stream.</summary>
public interface INorm
{
    /// <summary>The gain, [width], f32; owned by the parameter store or by an adapter.</summary>
    Tensor Weight { get; set; }

    /// <summary>Sees in the backward pass the normalised rows and their gradients, and may suppress the gradient of the gain (not of a bias).</summary>
    /// <value>The default is null.</value>
    IGradientObserver? Observer { get; set; }

    /// <summary>Adds a branch to the residual stream and normalises the sum.</summary>
    /// <param name="residual">[..., width]</param>
    /// <param name="branch">Same shape, or null.</param>
    /// <returns>The sum (<paramref name="residual"/> itself without a branch) and the normalised sum, both of the same shape.</returns>
    (Tensor Residual, Tensor Normalised) Forward(Tensor residual, Tensor? branch);

    /// <summary>Adds a branch and gives only the normalised sum.</summary>
    /// <param name="residual">[..., width]</param>
    /// <param name="branch">Same shape, or null.</param>
    /// <returns>Same shape.</returns>
    Tensor Last(Tensor residual, Tensor? branch);
}
