using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Root-mean-square normalisation, fused with the addition of the branch before it.</summary>
/// <param name="weight">[width], f32; owned by the parameter store.</param>
/// <param name="epsilon">Added to the mean square.</param>
public sealed class RmsNorm(Tensor weight, double epsilon) : INorm
{
    /// <inheritdoc/>
    public Tensor Weight { get; set; } = weight;

    /// <inheritdoc/>
    public IGradientObserver? Observer { get; set; }

    /// <inheritdoc/>
    public (Tensor Residual, Tensor Normalised) Forward(Tensor residual, Tensor? branch)
    {
        (Tensor normalised, Tensor? sum) = RmsNormFunction.Apply(residual, branch, Weight, epsilon, observer: Observer);
        return (sum!, normalised);
    }

    /// <inheritdoc/>
    public Tensor Last(Tensor residual, Tensor? branch) => RmsNormFunction.Apply(residual, branch, Weight, epsilon, keepSum: false, Observer).Normalised;
}
