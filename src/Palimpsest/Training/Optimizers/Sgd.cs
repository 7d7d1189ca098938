using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Optimizers;

/// <summary>Stochastic gradient descent with momentum over a flat vector.</summary>
/// <remarks>
/// As PyTorch's SGD with dampening 0: g += wd p; b = m b + g; p -= lr b, with Nesterov's form p -= lr (g + m b) (Sutskever et al., ICML 2013). Decoupled decay is p -= lr wd p before that
/// (Loshchilov and Hutter, arXiv 1711.05101, SGDW). The state is one flat vector, none without momentum. Owned by its creator, in no scope.
/// </remarks>
public sealed class Sgd : IOptimizer
{
    private readonly SgdOptions _options;
    private readonly (ParameterSet Set, Tensor Values, Tensor Gradients, Tensor? Momentum)[] _parts;
    private readonly Tensor? _momentum;
    private readonly Device _device;

    /// <summary>Creates the optimizer with a momentum of zero.</summary>
    /// <param name="parameters">Changed by <see cref="Step"/>; must outlive the optimizer.</param>
    /// <param name="options">Settings.</param>
    /// <param name="groups">Parameters with settings of their own.</param>
    /// <exception cref="PalimpsestException">A group matches nothing, or nothing is left to train.</exception>
    public Sgd(FlatParameters parameters, SgdOptions options, IReadOnlyList<ParameterGroup>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _options = options ?? throw new ArgumentNullException(nameof(options));
        IReadOnlyList<ParameterSet> sets = ParameterSet.Of(parameters.Layout, groups, options.WeightDecay, options.DecayAll);
        _momentum = options.Momentum > 0 ? zeros_like(parameters.Values).DetachFromDisposeScope() : null;
        _device = parameters.Values.device;
        _parts = [.. from set in sets from run in set.Runs select (set, View(parameters.Values, run), View(parameters.Gradients, run), _momentum is null ? null : View(_momentum, run))];

        static Tensor View(Tensor vector, (long Offset, long Count) run) => vector.narrow(0, run.Offset, run.Count).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Tensor Values)> State => _momentum is null ? [] : [("momentum_buffer", _momentum)];

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using IDisposable noGrad = no_grad();
        StepCount++;
        foreach ((ParameterSet set, Tensor values, Tensor gradients, Tensor? momentum) in _parts)
        {
            using DisposeScope scope = NewDisposeScope();
            double rate = learningRate * set.RateFactor;
            if (set.WeightDecay > 0 && _options.DecoupledWeightDecay)
            {
                values.mul_(tensor((float)(1 - (rate * set.WeightDecay)), device: _device));
            }
            else if (set.WeightDecay > 0)
            {
                Ops.AddInPlace(gradients, values, set.WeightDecay);
            }

            if (momentum is not null)
            {
                momentum.mul_(Scalars.Of(_options.Momentum));
                Ops.AddInPlace(momentum, gradients);
                if (_options.Nesterov)
                {
                    Ops.AddInPlace(gradients, momentum, _options.Momentum);
                }
            }

            values.addcmul_(momentum is null || _options.Nesterov ? gradients : momentum, tensor((float)rate, device: _device), Scalars.Of(-1.0));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor values, Tensor gradients, Tensor? momentum) in _parts)
        {
            values.Dispose();
            gradients.Dispose();
            momentum?.Dispose();
        }

        _momentum?.Dispose();
    }
}
