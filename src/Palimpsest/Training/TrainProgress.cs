using Palimpsest.Training.Meters;

namespace Palimpsest.Training;

/// <summary>Figures of one optimizer step.</summary>
/// <param name="Step">Steps taken, this one included.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The objective before the step, such as the mean cross-entropy in nats over the target tokens.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="Tokens">Tokens seen in all, without padding.</param>
/// <param name="Seconds">Training time in all.</param>
/// <param name="TokensPerSecond">Speed over the last steps.</param>
public sealed record TrainProgress(int Step, int Steps, double Loss, double GradientNorm, double LearningRate, long Tokens, double Seconds, double TokensPerSecond)
{
    /// <summary>What the objective reports besides, by name.</summary>
    /// <value>The default is nothing.</value>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>Live native bytes in the course of the step; null for a step in which they were not read.</summary>
    public MemoryReading? Memory { get; init; }

    /// <summary>Estimated time to the end.</summary>
    public TimeSpan Left => TimeSpan.FromSeconds(Step == 0 ? 0 : Seconds / Step * (Steps - Step));
}
