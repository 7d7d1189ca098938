using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Gain and bias of a norm, w n + b, whose backward pass shows (n, dy) to an observer.</summary>
internal sealed class ObservedScaleFunction : SafeFunction<ObservedScaleFunction>
{
    private const string ObserverKey = "observer", BiasKey = "bias";

    /// <summary>Scales.</summary>
    /// <param name="normalised">[..., width]</param>
    /// <param name="weight">[width]</param>
    /// <param name="bias">[width] or null.</param>
    /// <param name="observer">Sees the gradients.</param>
    /// <returns>Shape and type of <paramref name="normalised"/>.</returns>
    public static Tensor Apply(Tensor normalised, Tensor weight, Tensor? bias, IGradientObserver observer) => apply(normalised, weight, bias!, observer)[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor normalised = (Tensor)arguments[0]!, weight = (Tensor)arguments[1]!, scaled = normalised.mul(weight);
        context.save_for_backward([normalised, weight]);
        context.save_data(ObserverKey, arguments[3]);
        context.save_data(BiasKey, arguments[2] is not null);
        return [(arguments[2] is Tensor bias ? Ops.Add(scaled, bias) : scaled).to_type(normalised.dtype)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        IGradientObserver observer = (IGradientObserver)context.get_data(ObserverKey);
        Tensor normalised = saved[0].reshape(-1, saved[0].size(-1)), weight = saved[1], rows = gradients[0]!.reshape(-1, weight.size(0));
        observer.Observe(normalised, rows, 0);
        return
        [
            gradients[0]!.mul(weight).to_type(saved[0].dtype),
            observer.KeepsGradient ? rows.to_type(weight.dtype).mul(normalised.to_type(weight.dtype)).sum(dim: 0) : null,
            (bool)context.get_data(BiasKey) ? rows.to_type(weight.dtype).sum(dim: 0) : null,
            null,
        ];
    }
}
