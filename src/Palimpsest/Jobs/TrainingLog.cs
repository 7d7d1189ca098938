using System.Globalization;
using Palimpsest.Runs;
using Palimpsest.Training;

namespace Palimpsest.Jobs;

/// <summary>Tells the steps of a trainer to a job's log.</summary>
internal static class TrainingLog
{
    public static Action<TrainProgress> To(IJobLog log) => progress => log.Progress(new JobProgress(
        "training", progress.Step, progress.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {progress.Loss:F3}, {progress.TokensPerSecond:N0} tokens/s"), progress.Left));
}
