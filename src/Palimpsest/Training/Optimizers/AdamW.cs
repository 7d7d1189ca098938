using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers;

/// <summary>AdamW over a flat vector with libtorch's fused kernel.</summary>
/// <remarks>
/// Loshchilov and Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101: p -= lr wd p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
/// p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps). The state is two flat vectors, which lie as the gradients do, and the count of steps. Parameters
/// without a gradient stay as they are. Owned by its creator, in no scope.
/// </remarks>
public sealed class AdamW : IOptimizer
{
    private readonly Tensor[][] _parts; // of each set: values, gradients, first moments, second moments
    private readonly IReadOnlyList<ParameterSet> _sets;
    private readonly Scalar[] _decays;
    private readonly Scalar _beta1;
    private readonly Scalar _beta2;
    private readonly Scalar _epsilon;
    private readonly FlatParameters _parameters;

    /// <summary>Creates the optimizer with moments of zero.</summary>
    /// <param name="parameters">Changed by <see cref="Step"/>; must outlive the optimizer.</param>
    /// <param name="options">Settings.</param>
    /// <param name="groups">Parameters with settings of their own.</param>
    /// <exception cref="PalimpsestException">A group matches nothing, or nothing is left to train.</exception>
    public AdamW(FlatParameters parameters, AdamWOptions options, IReadOnlyList<ParameterGroup>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        _parameters = parameters;

        // Neighbours with the same settings are one run: without decay and groups the whole model is a single call on a single tensor.
        _sets = ParameterSet.Of(parameters.Layout, groups, options.WeightDecay, options.DecayAll, parameters.HasGradient);
        FirstMoments = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        SecondMoments = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        (_beta1, _beta2, _epsilon) = (Scalars.Of(options.Beta1), Scalars.Of(options.Beta2), Scalars.Of(options.Epsilon));
        _decays = [.. _sets.Select(set => Scalars.Of(set.WeightDecay))];
        _parts = [.. _sets.SelectMany(set => new[] { parameters.Values, parameters.Gradients, FirstMoments, SecondMoments }
            .Select((vector, i) => set.Runs.Select(run => vector.narrow(0, i == 0 ? run.Offset : parameters.GradientOffset(run.Offset), run.Count)
            .DetachFromDisposeScope()).ToArray()))];
    }

    /// <summary>First moments. [count of the gradients], f32.</summary>
    public Tensor FirstMoments { get; }

    /// <summary>Second moments. [count of the gradients], f32.</summary>
    public Tensor SecondMoments { get; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Tensor Values)> State => [("exp_avg", FirstMoments), ("exp_avg_sq", SecondMoments)];

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        StepCount++;
        Tensor count = tensor((float)StepCount, device: _parameters.Values.device);
        for (int i = 0; i < _sets.Count; i++)
        {
            Tensor[] values = _parts[4 * i];
            Tensor rate = tensor((float)(learningRate * _sets[i].RateFactor));
            Kernels.AdamW(values, _parts[(4 * i) + 1], _parts[(4 * i) + 2], _parts[(4 * i) + 3], [.. Enumerable.Repeat(count, values.Length)], rate, _beta1, _beta2, _decays[i], _epsilon);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor view in _parts.SelectMany(part => part))
        {
            view.Dispose();
        }

        FirstMoments.Dispose();
        SecondMoments.Dispose();
    }
}
