using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The token embedding. As in <see cref="Linear"/>, what it computes is a replaceable operation.</summary>
/// <param name="weight">[vocabulary, width]; owned by the parameter store.</param>
public sealed class Embedding(Tensor weight)
{
    /// <summary>[vocabulary, width], in the type it is stored in.</summary>
    public Tensor Weight { get; internal set; } = weight;

    /// <summary>What the layer computes.</summary>
    /// <value>The default is the row of each id.</value>
    public Func<Embedding, Tensor, Tensor> Operation { get; set; } = LookUp;

    /// <summary>Sees in the backward pass ids and gradients of the rows that were looked up, and may suppress the weight's gradient.</summary>
    /// <value>The default is null.</value>
    public IGradientObserver? Observer { get; set; }

    /// <summary>Whether the layer is nothing but its weight.</summary>
    internal bool IsLookUp => Operation == LookUp;

    /// <summary>Applies the layer.</summary>
    /// <param name="ids">int64, any shape.</param>
    /// <returns>[shape of ids, width], in the weight's type.</returns>
    public Tensor Forward(Tensor ids) => Operation(this, ids);

    /// <summary>The rows of the ids.</summary>
    public static Tensor LookUp(Embedding layer, Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.Observer is not null && is_grad_enabled()
            ? ObservedEmbeddingFunction.Apply(layer.Weight, ids, layer.Observer) : Kernels.Embedding(layer.Weight, ids);
    }
}
