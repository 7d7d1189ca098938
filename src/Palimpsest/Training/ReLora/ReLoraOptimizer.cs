using System.Globalization;
using Palimpsest.Models.Lora;
using Palimpsest.Numerics;
using Palimpsest.Training.Optimizers;
using static TorchSharp.torch;

namespace Palimpsest.Training.ReLora;

/// <summary>AdamW on an adapter that is merged into the weights every so many steps and begun again, so that the sum of its updates has a higher rank than
/// each.</summary>
/// <remarks>
/// Lialin et al., ReLoRA: High-Rank Training Through Low-Rank Updates, arXiv 2307.05695. W += s B A; A is drawn anew, B is zero; the moments of both become
/// zero, Adam's count of steps goes on, and the
/// learning rate climbs back over some steps. The weights that are merged into are the adapter's own and part of the state; the base model is not written
/// to. Owned by its creator, in no scope.
/// </remarks>
internal sealed class ReLoraOptimizer : IOptimizer
{
    private readonly LoraAdapter _adapter;
    private readonly AdamW _between;
    private readonly ReLoraOptions _options;
    private readonly RandomStream _random;

    /// <summary>Gives the adapter weights of its own.</summary>
    /// <param name="context">What is trained: an adapter.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PalimpsestException">No adapter is trained, or one that cannot be merged and begun again.</exception>
    public ReLoraOptimizer(OptimizerContext context, ReLoraOptions options)
    {
        _adapter = context.Trainable.Lora
            ?? throw new PalimpsestException(
                "train.optimizer: relora merges an adapter and begins it again, and none is trained here. Train one (method.lora), or use grass or galore.");
        if (_adapter.Options.Dora || _adapter.Options.LoraBias || _adapter.Embedding is not null)
        {
            throw new PalimpsestException(
                "train.optimizer: relora merges plain updates of linear layers only. Leave dora, lora_bias, train_tokens and the embedding as a target out.");
        }

        (_options, _random) = (options, context.Random);
        _between = new AdamW(_adapter.Parameters, options.Between, context.Groups);
        _adapter.TakeWeights();
        State = [.. _between.State, .. _adapter.OwnWeights.Select(item => ($"base.{item.Key}", item.Value))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Tensor Values)> State { get; }

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using IDisposable noGrad = no_grad();
        long since = StepCount % _options.Every;
        bool climbs = StepCount >= _options.Every && since < _options.Warmup; // the schedule has its own warm-up for the first steps
        _between.StepCount = StepCount;
        _between.Step(climbs ? learningRate * (since + 1) / _options.Warmup : learningRate);
        StepCount++;
        if (StepCount % _options.Every == 0)
        {
            _adapter.Restart(_random.Child("restart", StepCount.ToString(CultureInfo.InvariantCulture)));
            foreach (ParameterSlot slot in _adapter.Modules.SelectMany(module => new[] { LoraPlan.A(module), LoraPlan.B(module) })
                .Select(name => _adapter.Parameters.Layout[name]))
            {
                foreach (Tensor moments in new[] { _between.FirstMoments, _between.SecondMoments })
                {
                    using Tensor own = moments.narrow(0, slot.Offset, slot.Count);
                    own.zero_();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _between.Dispose();
}
