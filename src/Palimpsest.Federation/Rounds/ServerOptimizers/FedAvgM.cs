using System.Numerics.Tensors;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings of averaging with momentum at the server.</summary>
public sealed record FedAvgMOptions() : ServerOptimizerOptions(1)
{
    /// <summary>Share β of the momentum that is kept, in [0, 1).</summary>
    /// <value>The default is 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether the new update counts 1 - β, so that the momentum is an average of updates and not their sum.</summary>
    /// <value>The default is false: v = β v + D, the paper's and Flower's. OpenFedLLM averages.</value>
    public bool Averaged { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. Share("momentum", Momentum)];
}

/// <summary>Goes along a momentum of the average updates, without Nesterov's look ahead.</summary>
/// <remarks>Hsu et al., Measuring the Effects of Non-Identical Data Distribution for Federated Visual Classification, arXiv 1909.06335.</remarks>
internal sealed class FedAvgM(FedAvgMOptions options, long count) : IServerOptimizer
{
    // Both passes over a block find it in the cache.
    private const int Block = 4096;
    private readonly float[] _momentum = new float[count];

    /// <inheritdoc/>
    public string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Memory<float> Values)> State => [("momentum", _momentum)];

    /// <inheritdoc/>
    public long StepCount { get; set; }

    // v = β v + D, or β v + (1 - β) D        w += η v
    /// <inheritdoc/>
    public void Step(Span<float> weights, ReadOnlySpan<float> average)
    {
        StepCount++;
        float kept = (float)options.Momentum, added = options.Averaged ? (float)(1 - options.Momentum) : 1;
        for (int at = 0; at < weights.Length; at += Block)
        {
            int length = Math.Min(Block, weights.Length - at);
            Span<float> v = _momentum.AsSpan(at, length), w = weights.Slice(at, length);
            TensorPrimitives.Multiply(v, kept, v);
            TensorPrimitives.MultiplyAdd(average.Slice(at, length), added, v, v);
            TensorPrimitives.MultiplyAdd(v, (float)options.LearningRate, w, w);
        }
    }
}
