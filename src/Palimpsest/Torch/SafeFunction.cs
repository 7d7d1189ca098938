using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Base of all custom autograd functions. An exception in <see cref="Differentiate"/> does not end the process: it is kept, the pass goes on without gradients from here, and
/// <see cref="Autograd.Backward"/> throws it again.</summary>
/// <remarks>
/// The instance is one singleton per type, so it holds no state: tensors go through <c>ctx.save_for_backward</c>, numbers through <c>ctx.save_data</c>. <see cref="Differentiate"/> runs in a scope
/// of its own and returns one entry per argument of <c>apply</c>, null for those that are no tensors or need no gradient.
/// </remarks>
/// <typeparam name="T">The function itself.</typeparam>
public abstract class SafeFunction<T> : autograd.MultiTensorFunction<T>
    where T : SafeFunction<T>, new()
{
    private const string ArgumentCount = "palimpsest.arguments";

    /// <inheritdoc/>
    public override string Name => typeof(T).Name;

    /// <summary>Computes the outputs; runs without gradient tracking.</summary>
    protected abstract List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments);

    /// <summary>Computes the gradients of the arguments from those of the outputs; the gradient of an output that nobody used is null.</summary>
    protected abstract List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients);

    /// <inheritdoc/>
    public sealed override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(ArgumentCount, vars.Length);

        // TorchSharp would fill in zeros shaped like a copy of the output, and that copy has died with the scope of the block: the process would abort.
        ctx.set_materialize_grads(false);
        return Compute(ctx, vars);
    }

    /// <inheritdoc/>
    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        HandedOver.Release();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            List<Tensor?> gradients = Differentiate(ctx, [.. grad_outputs.Select(gradient => gradient.IsInvalid ? null : gradient)]);
            foreach (Tensor? gradient in gradients)
            {
                if (gradient is not null)
                {
                    HandedOver.Keep(gradient);
                }
            }

            foreach (Tensor gradient in grad_outputs)
            {
                if (!gradients.Any(given => ReferenceEquals(given, gradient)))
                {
                    gradient.Dispose();
                }
            }

            return gradients!;
        }
#pragma warning disable CA1031 // Anything that leaves this method unhandled aborts the process.
        catch (Exception error)
#pragma warning restore CA1031
        {
            BackwardErrors.Capture(error);
            return [.. new Tensor[(int)ctx.get_data(ArgumentCount)]];
        }
    }
}
