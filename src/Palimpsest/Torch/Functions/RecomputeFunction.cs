using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>A part of a model that keeps only its inputs, and is computed again in the backward pass.</summary>
/// <remarks>
/// Chen et al., Training Deep Nets with Sublinear Memory Cost, arXiv 1604.06174. The backward pass runs the part with gradients from copies of the inputs and goes back through it by a pass of its
/// own, which adds to the gradients of the parameters in place; so these are the same bits as without recomputation. Random streams are turned back to where they stood.
/// </remarks>
internal sealed class RecomputeFunction : SafeFunction<RecomputeFunction>
{
    private const string WorkKey = "work";

    /// <summary>Computes the part.</summary>
    /// <param name="compute">The outputs for inputs; called again in the backward pass, so tensors that it uses besides its inputs must live until then.</param>
    /// <param name="rewind">Brings random streams back to where they stand now; or null.</param>
    /// <param name="inputs">At least one.</param>
    /// <returns>What <paramref name="compute"/> gives; requires gradients whether or not anything in it does.</returns>
    public static IReadOnlyList<Tensor> Apply(Func<Tensor[], Tensor[]> compute, Action? rewind, params Tensor[] inputs)
    {
        // If no input needs a gradient, parameters inside may still do: something must tie the outputs to the graph.
        using Tensor anchor = empty(0, requires_grad: true);
        return apply([new Work(compute, rewind), anchor, .. inputs]);
    }

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Work work = (Work)arguments[0]!;
        Tensor[] inputs = [.. arguments.Skip(2).Cast<Tensor>()];
        context.save_data(WorkKey, work);
        context.save_for_backward([.. inputs]);
        return [.. work.Compute(inputs)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        Work work = (Work)context.get_data(WorkKey);
        Tensor[] inputs = [.. context.get_saved_variables().Select(saved => saved.detach().requires_grad_(saved.requires_grad))];
        Tensor[] outputs;
        work.Rewind?.Invoke();
        using (enable_grad())
        {
            outputs = work.Compute(inputs);
        }

        (Tensor Output, Tensor? Gradient)[] used = [.. outputs.Zip(gradients).Where(pair => pair.Second is not null && pair.First.requires_grad)];
        if (used.Length > 0)
        {
            autograd.backward([.. used.Select(pair => pair.Output)], [.. used.Select(pair => pair.Gradient!)]);
        }

        return [null, null, .. inputs.Select(input => input.requires_grad ? input.grad : null)];
    }

    private sealed record Work(Func<Tensor[], Tensor[]> Compute, Action? Rewind);
}
