using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>x W^T + b whose backward pass shows (x, dy) to an observer, dW = dy^T x being made only if it is wanted.</summary>
internal sealed class ObservedLinearFunction : SafeFunction<ObservedLinearFunction>
{
    private const string ObserverKey = "observer", TrainsKey = "trains";

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., in]</param>
    /// <param name="weight">[out, in], cast to the type of <paramref name="x"/> for the product.</param>
    /// <param name="bias">[out] or null.</param>
    /// <param name="observer">Sees the gradients.</param>
    /// <returns>[..., out]</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, IGradientObserver observer) =>
        apply(x, weight, bias!, observer, (x.requires_grad, weight.requires_grad, bias?.requires_grad == true))[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor x = (Tensor)arguments[0]!, weight = (Tensor)arguments[1]!;
        context.save_for_backward([x, weight]);
        context.save_data(ObserverKey, arguments[3]);
        context.save_data(TrainsKey, arguments[4]);
        return [nn.functional.linear(x, weight.to_type(x.dtype), (arguments[2] as Tensor)?.to_type(x.dtype))];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        Tensor x = saved[0], weight = saved[1], gradient = gradients[0]!;
        (bool input, bool matrix, bool bias) = ((bool, bool, bool))context.get_data(TrainsKey);
        IGradientObserver observer = (IGradientObserver)context.get_data(ObserverKey);
        Tensor flat = x.reshape(-1, x.size(-1)), rows = gradient.reshape(-1, gradient.size(-1)); // [rows, in], [rows, out]
        observer.Observe(flat, rows, 0);
        return
        [
            input ? rows.mm(weight.to_type(rows.dtype)).view(x.shape) : null,
            matrix && observer.KeepsGradient ? rows.t().mm(flat).to_type(weight.dtype) : null,
            bias ? rows.to_type(weight.dtype).sum(dim: 0) : null,
            null, null,
        ];
    }
}
