using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>What layers compute whose weights stay quantised blocks: the same products as with the blocks' values in f32, activations being f32.</summary>
internal static class PackedProduct
{
    /// <summary>x W^T + b.</summary>
    /// <exception cref="PalimpsestException">Somebody wants the weight's gradient.</exception>
    public static Tensor Multiply(Linear layer, Tensor x)
    {
        RefuseObserver(layer.Observer);
        Tensor product = PackedLinearFunction.Apply(x.dtype == ScalarType.Float32 ? x : x.to_type(ScalarType.Float32), layer.Packed!);
        Tensor sum = layer.Bias is null ? product : Ops.Add(product, layer.Bias);
        return sum.dtype == x.dtype ? sum : sum.to_type(x.dtype);
    }

    /// <summary>The rows of ids.</summary>
    /// <exception cref="PalimpsestException">As there.</exception>
    public static Tensor LookUp(Embedding layer, Tensor ids)
    {
        RefuseObserver(layer.Observer);
        return layer.Packed!.Rows(ids);
    }

    private static void RefuseObserver(IGradientObserver? observer)
    {
        if (observer is not null && is_grad_enabled())
        {
            throw new PalimpsestException("Quantised weights stay as they are, so nobody can have their gradients. Load the model with its weights in f32.");
        }
    }
}
