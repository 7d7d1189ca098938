using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Torch.Packed;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The token embedding. As in <see cref="Linear"/>, what it computes is a replaceable operation.</summary>
/// <param name="weight">[vocabulary, width]; owned by the parameter store.</param>
public sealed class Embedding(Tensor weight)
{
    /// <summary>[vocabulary, width], in the type it is stored in; of quantised blocks that stay packed the bytes, [vocabulary, bytes of a row].</summary>
    public Tensor Weight { get; internal set; } = weight;

    /// <summary>What the layer computes.</summary>
    /// <value>The default is the row of each id.</value>
    public Func<Embedding, Tensor, Tensor> Operation { get; set; } = LookUp;

    /// <summary>Sees in the backward pass ids and gradients of the rows that were looked up, and may suppress the weight's gradient.</summary>
    /// <value>The default is null.</value>
    public IGradientObserver? Observer { get; set; }

    /// <summary>The weight where it stays quantised blocks, or null.</summary>
    internal PackedTensor? Packed { get; init; }

    /// <summary>Whether the layer is nothing but its weight, in numbers or in blocks.</summary>
    internal bool IsLookUp => Operation == LookUp || Operation == PackedProduct.LookUp;

    /// <summary>[vocabulary, width]</summary>
    internal long[] Shape => Packed?.Shape ?? Weight.shape;

    /// <summary>The weight as numbers, [vocabulary, width]: itself, or those of its blocks in new memory of the caller's scope.</summary>
    internal Tensor Values() => ReferenceEquals(Weight, Packed?.Bytes) ? Packed.Values(0, Packed.Shape[0]) : Weight;

    /// <summary>An embedding over numbers or over blocks.</summary>
    internal static Embedding Of(Tensor weight, PackedTensor? packed) =>
        new(weight) { Packed = packed, Operation = packed is null ? LookUp : PackedProduct.LookUp };

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
