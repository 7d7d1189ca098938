using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Layer normalisation with gain and bias, by libtorch's fused kernel; its statistics are in f32 for every compute type.</summary>
/// <remarks>Ba et al., arXiv 1607.06450.</remarks>
/// <param name="weight">[width], f32; owned by the parameter store.</param>
/// <param name="bias">[width], f32.</param>
/// <param name="epsilon">Added to the variance.</param>
public sealed class LayerNorm(Tensor weight, Tensor bias, double epsilon) : INorm
{
    private readonly Scalar _epsilon = Scalars.Of(epsilon);

    /// <inheritdoc/>
    public Tensor Weight { get; set; } = weight;

    /// <summary>[width], f32.</summary>
    internal Tensor Bias { get; set; } = bias;

    /// <inheritdoc/>
    public IGradientObserver? Observer { get; set; }

    /// <inheritdoc/>
    public (Tensor Residual, Tensor Normalised) Forward(Tensor residual, Tensor? branch)
    {
        Tensor sum = branch is null ? residual : Ops.Add(residual, branch);
        return (sum, Observer is not null && is_grad_enabled()
            ? ObservedScaleFunction.Apply(Kernels.LayerNorm(sum, ones_like(Weight), zeros_like(Bias), _epsilon), Weight, Bias, Observer)
            : Kernels.LayerNorm(sum, Weight, Bias, _epsilon));
    }

    /// <inheritdoc/>
    public Tensor Last(Tensor residual, Tensor? branch) => Forward(residual, branch).Normalised;
}
