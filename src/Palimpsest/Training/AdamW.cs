using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training;

/// <summary>AdamW over a flat vector with libtorch's fused kernel.</summary>
/// <remarks>
/// Loshchilov and Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101: p -= lr wd p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
/// p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps). The state is two flat vectors and the count of steps. Owned by its creator, in no scope.
/// </remarks>
public sealed class AdamW : IDisposable
{
    private readonly Tensor[][] _groups; // of each group: values, gradients, first moments, second moments
    private readonly Scalar[] _decays;
    private readonly Scalar _beta1;
    private readonly Scalar _beta2;
    private readonly Scalar _epsilon;
    private readonly FlatParameters _parameters;

    /// <summary>Creates the optimizer with moments of zero.</summary>
    /// <param name="parameters">Changed by <see cref="Step"/>; must outlive the optimizer.</param>
    /// <param name="options">Settings.</param>
    public AdamW(FlatParameters parameters, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        _parameters = parameters;
        FirstMoments = zeros_like(parameters.Values).DetachFromDisposeScope();
        SecondMoments = zeros_like(parameters.Values).DetachFromDisposeScope();
        (_beta1, _beta2, _epsilon) = (Scalars.Of(options.Beta1), Scalars.Of(options.Beta2), Scalars.Of(options.Epsilon));

        // Neighbours with the same decay are one run: without decay the whole model is a single call on a single tensor.
        List<(long Begin, long Count, bool Decays)> runs = [];
        foreach (ParameterSlot slot in parameters.Layout.Slots)
        {
            bool decays = options.WeightDecay != 0 && (options.DecayAll || slot.Shape.Count >= 2);
            if (runs.Count > 0 && runs[^1].Decays == decays)
            {
                runs[^1] = runs[^1] with { Count = runs[^1].Count + slot.Count };
            }
            else
            {
                runs.Add((slot.Offset, slot.Count, decays));
            }
        }

        bool[] kinds = [.. runs.Select(run => run.Decays).Distinct()];
        _decays = [.. kinds.Select(decays => Scalars.Of(decays ? options.WeightDecay : 0.0))];
        _groups = [.. kinds.SelectMany(decays => new[] { parameters.Values, parameters.Gradients, FirstMoments, SecondMoments }
            .Select(vector => runs.Where(run => run.Decays == decays).Select(run => vector.narrow(0, run.Begin, run.Count).DetachFromDisposeScope()).ToArray()))];
    }

    /// <summary>First moments. [count], f32.</summary>
    public Tensor FirstMoments { get; }

    /// <summary>Second moments. [count], f32.</summary>
    public Tensor SecondMoments { get; }

    /// <summary>Steps taken; set it together with the moments when resuming.</summary>
    public long StepCount { get; set; }

    /// <summary>Takes a step along the gradients of the parameters.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        StepCount++;
        Tensor rate = tensor((float)learningRate), count = tensor((float)StepCount, device: _parameters.Values.device);
        for (int kind = 0; kind < _decays.Length; kind++)
        {
            Tensor[] values = _groups[4 * kind];
            Kernels.AdamW(values, _groups[(4 * kind) + 1], _groups[(4 * kind) + 2], _groups[(4 * kind) + 3], [.. Enumerable.Repeat(count, values.Length)], rate, _beta1, _beta2, _decays[kind], _epsilon);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor view in _groups.SelectMany(group => group))
        {
            view.Dispose();
        }

        FirstMoments.Dispose();
        SecondMoments.Dispose();
    }
}
