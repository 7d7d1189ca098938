using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Several products x W^T of one input. In the backward pass the shares of the gradient of x add up inside the products instead of in passes over memory of their own.</summary>
internal sealed class ProjectionsFunction : SafeFunction<ProjectionsFunction>
{
    private const string TrainsKey = "trains";

    /// <summary>Projects.</summary>
    /// <param name="x">[batch, time, in], f32</param>
    /// <param name="weights">[out, in] each, f32</param>
    /// <param name="observers">One a weight, or null for none.</param>
    /// <returns>[batch, time, out] each.</returns>
    public static Tensor[] Apply(Tensor x, Tensor[] weights, IGradientObserver?[]? observers = null) =>
        [.. apply([x.contiguous(), x.requires_grad, (weights.Select(weight => weight.requires_grad).ToArray(), observers), .. weights])];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor x = (Tensor)arguments[0]!;
        Tensor[] weights = [.. arguments.Skip(3).Cast<Tensor>()];
        (bool[] trains, IGradientObserver?[]? observers) = ((bool[], IGradientObserver?[]?))arguments[2]!;
        context.save_data(TrainsKey, (InputTrains: (bool)arguments[1]!, WeightTrains: trains, Observers: observers));
        context.save_for_backward([x, .. weights]);
        return [.. weights.Select(weight => nn.functional.linear(x, weight))];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        (bool inputTrains, bool[] weightTrains, IGradientObserver?[]? observers) = ((bool, bool[], IGradientObserver?[]?))context.get_data(TrainsKey);
        Tensor x = saved[0].view(-1, saved[0].size(-1)); // [rows, in]
        Tensor? sum = null;
        List<Tensor?> results = [null, null, null];
        for (int i = 0; i < gradients.Count; i++)
        {
            Tensor? gradient = gradients[i]?.reshape(-1, gradients[i]!.size(-1)); // [rows, out]
            IGradientObserver? observer = observers?[i];
            if (gradient is not null)
            {
                observer?.Observe(x, gradient, 0);
            }

            results.Add(gradient is not null && weightTrains[i] && observer?.KeepsGradient != false ? gradient.t().mm(x) : null);
            if (gradient is not null && inputTrains)
            {
                sum = sum is null ? gradient.mm(saved[i + 1]) : sum.addmm_(gradient, saved[i + 1], 1f, 1f);
            }
        }

        results[0] = sum?.view(saved[0].shape);
        return results;
    }
}
