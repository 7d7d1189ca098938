using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Torch.Packed;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The one linear layer. What it computes is a replaceable operation (dense here; LoRA, projected gradients and quantised weights replace it); casting to the compute type happens only here.</summary>
/// <param name="weight">[out, in]; owned by the parameter store.</param>
/// <param name="bias">[out] or null.</param>
public sealed class Linear(Tensor weight, Tensor? bias = null)
{
    /// <summary>[out, in], in the type it is stored in; of quantised blocks that stay packed the bytes, [out, bytes of a row].</summary>
    public Tensor Weight { get; internal set; } = weight;

    /// <summary>[out] or null.</summary>
    public Tensor? Bias { get; internal set; } = bias;

    /// <summary>What the layer computes.</summary>
    /// <value>The default is the dense product, x W^T + b.</value>
    public Func<Linear, Tensor, Tensor> Operation { get; set; } = Dense;

    /// <summary>Sees in the backward pass what the weight's gradient is made of, and may suppress it.</summary>
    /// <value>The default is null.</value>
    public IGradientObserver? Observer { get; set; }

    /// <summary>The weight where it stays quantised blocks, or null.</summary>
    internal PackedTensor? Packed { get; init; }

    /// <summary>Whether the layer is nothing but its weight and bias, in numbers.</summary>
    internal bool IsDense => Operation == Dense;

    /// <summary>Whether it is nothing but its weight and bias, in blocks.</summary>
    internal bool IsPacked => Operation == PackedProduct.Multiply;

    /// <summary>[out, in]</summary>
    internal long[] Shape => Packed?.Shape ?? Weight.shape;

    /// <summary>A layer over numbers or over blocks.</summary>
    internal static Linear Of(Tensor weight, PackedTensor? packed, Tensor? bias) =>
        new(weight, bias) { Packed = packed, Operation = packed is null ? Dense : PackedProduct.Multiply };

    /// <summary>The weight as numbers, [out, in]: itself, or those of its blocks in new memory of the caller's scope.</summary>
    internal Tensor Values() => ReferenceEquals(Weight, Packed?.Bytes) ? Packed.Values(0, Packed.Shape[0]) : Weight;

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., in]</param>
    /// <returns>[..., out], in the type of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x) => Operation(this, x);

    /// <summary>Applies several layers to one input; their gradients meet in one sum where all are dense f32 without a bias.</summary>
    /// <param name="x">[batch, time, in]</param>
    /// <param name="layers">The layers.</param>
    /// <returns>[batch, time, out] of each.</returns>
    internal static Tensor[] ForwardAll(Tensor x, params Linear[] layers) =>
        is_grad_enabled() && x.dtype == ScalarType.Float32 && layers.All(layer => layer.IsDense && layer.Bias is null && layer.Weight.dtype == ScalarType.Float32)
            ? ProjectionsFunction.Apply(x, [.. layers.Select(layer => layer.Weight)], layers.Any(layer => layer.Observer is not null)
                ? [.. layers.Select(layer => layer.Observer)] : null)
            : [.. layers.Select(layer => layer.Forward(x))];

    /// <summary>x W^T + b, the weight cast to the type of x.</summary>
    public static Tensor Dense(Linear layer, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(x);
        if (layer.Observer is not null && is_grad_enabled())
        {
            return ObservedLinearFunction.Apply(x, layer.Weight, layer.Bias, layer.Observer);
        }

        return nn.functional.linear(x, Cast(layer.Weight, x.dtype), layer.Bias is null ? null : Cast(layer.Bias, x.dtype));
    }

    private static Tensor Cast(Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to_type(type);
}
