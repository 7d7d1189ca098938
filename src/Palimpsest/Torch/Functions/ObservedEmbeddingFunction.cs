using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Rows of a matrix by index, whose backward pass shows (ids, dy) to an observer.</summary>
internal sealed class ObservedEmbeddingFunction : SafeFunction<ObservedEmbeddingFunction>
{
    private const string ObserverKey = "observer", ShapeKey = "shape";

    /// <summary>Looks up.</summary>
    /// <param name="weight">[vocabulary, width]</param>
    /// <param name="ids">int64, any shape.</param>
    /// <param name="observer">Sees the gradients.</param>
    /// <returns>[shape of ids, width]</returns>
    public static Tensor Apply(Tensor weight, Tensor ids, IGradientObserver observer) => apply(weight, ids, observer)[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor weight = (Tensor)arguments[0]!, ids = (Tensor)arguments[1]!;
        context.save_for_backward([ids]);
        context.save_data(ObserverKey, arguments[2]);
        context.save_data(ShapeKey, (weight.shape, weight.dtype));
        return [Kernels.Embedding(weight, ids)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        IGradientObserver observer = (IGradientObserver)context.get_data(ObserverKey);
        (long[] shape, ScalarType type) = ((long[], ScalarType))context.get_data(ShapeKey);
        Tensor ids = context.get_saved_variables()[0].reshape(-1), rows = gradients[0]!.reshape(-1, shape[1]); // [rows], [rows, width]
        observer.Observe(ids, rows, 0);
        return [observer.KeepsGradient ? zeros(shape, type, rows.device).index_add_(0, ids, rows.to_type(type), Scalars.One) : null, null, null];
    }
}
