using System.Globalization;
using Palimpsest.Runs;
using Palimpsest.Training;
using Palimpsest.Training.Meters;
using Palimpsest.Training.Ranks;

namespace Palimpsest.Jobs;

/// <summary>Tells the steps of a trainer to a job's log and to the run's metrics.</summary>
internal static class TrainingLog
{
    public static void Write(TrainProgress progress, JobContext context)
    {
        context.Run.AppendMetrics(
            new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["loss"] = progress.Loss,
                ["learning_rate"] = progress.LearningRate,
                ["gradient_norm"] = progress.GradientNorm,
                ["tokens"] = progress.Tokens,
                ["tokens_per_second"] = progress.TokensPerSecond,
            }.Concat(Communicated(context.Ranks)).Concat(Memory(progress)).Concat(progress.Figures).ToDictionary(StringComparer.Ordinal),
            progress.Step);
        context.Log.Progress(new JobProgress(
            "training", progress.Step, progress.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {progress.Loss:F3}, {progress.TokensPerSecond:N0} tokens/s"), progress.Left));
    }

    private static Dictionary<string, double> Communicated(IRanks ranks) =>
        ranks.Count == 1 ? [] : new(StringComparer.Ordinal) { ["bytes_summed"] = ranks.BytesSummed };

    private static IEnumerable<KeyValuePair<string, double>> Memory(TrainProgress progress) => progress.Memory is MemoryReading memory
        ? [new("memory_forward", memory.Forward), new("memory_backward", memory.Backward),
            new("memory_step", memory.Step), new("memory_resident", memory.Resident)]
        : [];
}
