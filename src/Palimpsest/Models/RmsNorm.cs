using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Root-mean-square normalisation, fused with the addition of the branch before it.</summary>
/// <param name="weight">[width], f32; owned by the parameter store.</param>
/// <param name="epsilon">Added to the mean square.</param>
public sealed class RmsNorm(Tensor weight, double epsilon)
{
    /// <summary>Adds a branch to the residual stream and normalises the sum.</summary>
    /// <param name="residual">[..., width]</param>
    /// <param name="branch">Same shape, or null.</param>
    /// <returns>The sum (<paramref name="residual"/> itself without a branch) and the normalised sum, both of the same shape.</returns>
    public (Tensor Residual, Tensor Normalised) Forward(Tensor residual, Tensor? branch)
    {
        (Tensor normalised, Tensor? sum) = RmsNormFunction.Apply(residual, branch, weight, epsilon);
        return (sum!, normalised);
    }

    /// <summary>Adds a branch and gives only the normalised sum.</summary>
    /// <param name="residual">[..., width]</param>
    /// <param name="branch">Same shape, or null.</param>
    /// <returns>Same shape.</returns>
    public Tensor Last(Tensor residual, Tensor? branch) => RmsNormFunction.Apply(residual, branch, weight, epsilon, keepSum: false).Normalised;
}
