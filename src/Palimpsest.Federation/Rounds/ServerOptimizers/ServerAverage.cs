using System.Numerics.Tensors;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings of plain averaging.</summary>
public sealed record ServerAverageOptions() : ServerOptimizerOptions(1);

/// <summary>Goes along the average update. At a learning rate of 1 the new weights are the average of the clients'.</summary>
/// <remarks>McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017, algorithm 1.</remarks>
internal sealed class ServerAverage(ServerAverageOptions options) : IServerOptimizer
{
    /// <inheritdoc/>
    public string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Memory<float> Values)> State => [];

    /// <inheritdoc/>
    public long StepCount { get; set; }

    // w += η D
    /// <inheritdoc/>
    public void Step(Span<float> weights, ReadOnlySpan<float> average)
    {
        StepCount++;
        TensorPrimitives.MultiplyAdd(average, (float)options.LearningRate, weights, weights);
    }
}
