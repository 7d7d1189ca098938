using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>What an adapter adds to a linear layer.</summary>
/// <remarks>
/// y + s (drop(x) A^T) B^T, Hu et al., equation 3. With DoRA (Liu et al., equation 5) the weight is m (W + s B A) / n, n being the norm of each row, a constant for the gradient (their section 4.3):
/// y + (m / n - 1) x W^T + (m / n) s (x A^T) B^T.
/// </remarks>
/// <param name="module">Which layer.</param>
/// <param name="a">[rank, in], f32.</param>
/// <param name="b">[out, rank], f32.</param>
/// <param name="bias">[out], f32, added to the product with B; or null.</param>
/// <param name="magnitude">[out], f32, the m of DoRA; or null.</param>
/// <param name="drop">Dropout of the input.</param>
internal sealed class LinearUpdate(LoraModule module, Tensor a, Tensor b, Tensor? bias, Tensor? magnitude, Func<Tensor, Tensor> drop)
{
    /// <summary>Adds the update.</summary>
    /// <param name="layer">The layer with its weight.</param>
    /// <param name="x">[..., in]</param>
    /// <param name="plain">What the layer gives without adapters. [..., out]</param>
    /// <param name="sum">The same with the updates before this one.</param>
    /// <returns>[..., out]</returns>
    public Tensor Apply(Linear layer, Tensor x, Tensor plain, Tensor sum)
    {
        Tensor input = drop(x);
        if (magnitude is null)
        {
            return Added(sum, input);
        }

        Tensor weight = layer.Values(), product = !ReferenceEquals(input, x)
            ? nn.functional.linear(input, Cast(weight, x.dtype))
            : layer.Bias is null ? plain : Ops.Subtract(plain, Cast(layer.Bias, x.dtype));
        Tensor factor = Cast(magnitude.div(Norms(weight)), x.dtype); // [out]
        return Ops.Add(Ops.Subtract(sum, product), Added(product, input).mul(factor));
    }

    /// <summary>The weight with the update folded in.</summary>
    /// <param name="weight">[out, in]</param>
    /// <returns>[out, in], f32.</returns>
    public Tensor MergedWeight(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = Ops.Add(weight.to_type(ScalarType.Float32), Delta());
        return (magnitude is null ? sum : sum.mul(magnitude.div(Norms(weight)).unsqueeze(1))).MoveToOuterDisposeScope();
    }

    /// <summary>The bias with the update folded in.</summary>
    public Tensor? MergedBias(Tensor? layerBias)
    {
        if (bias is null)
        {
            return layerBias;
        }

        using Tensor added = Ops.Scale(bias, module.Scale);
        return layerBias is null
            ? throw new PalimpsestException($"{module.Name} has no bias that the bias of B could be merged into (lora_bias). Keep the adapter apart.")
            : Ops.Add(layerBias, added);
    }

    /// <summary>s B A. [out, in], f32.</summary>
    public Tensor Delta()
    {
        using Tensor product = b.mm(a);
        return Ops.Scale(product, module.Scale);
    }

    /// <summary>The norms of the rows of W + s B A, as constants. [out]</summary>
    public Tensor Norms(Tensor weight)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Ops.Add(weight.to_type(ScalarType.Float32), Delta()).norm(1).MoveToOuterDisposeScope();
    }

    private Tensor Added(Tensor sum, Tensor input)
    {
        Tensor flat = input.reshape(-1, module.Inputs), low = flat.mm(Cast(a, input.dtype).t()); // [rows, rank]
        Tensor added = sum.reshape(-1, module.Outputs).addmm(low, Cast(b, input.dtype).t(), beta: 1f, alpha: (float)module.Scale); // [rows, out]
        return (bias is null ? added : Ops.Add(added, Cast(Ops.Scale(bias, module.Scale), input.dtype))).view(sum.shape);
    }

    private static Tensor Cast(Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to_type(type);
}
