using System.Diagnostics;
using System.Globalization;
using Palimpsest.Runs;

namespace Palimpsest.Cli.Terminal;

/// <summary>Plain lines, for files and pipes: every sentence, and the progress of a stage every ten seconds.</summary>
internal sealed class PlainLog(TextWriter output) : IJobLog
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);
    private long _last = Stopwatch.GetTimestamp();

    public void Say(string sentence)
    {
        output.WriteLine(sentence);
        output.Flush();
    }

    public void Progress(JobProgress progress)
    {
        if (Stopwatch.GetElapsedTime(_last) < s_pause && progress.Done < progress.Total)
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        Say(string.Create(CultureInfo.InvariantCulture, $"{progress.Stage}: {progress.Done:N0} of {progress.Total:N0}, {progress.Detail}, {Left(progress.Left)}"));
    }

    /// <summary>A time as people say it.</summary>
    public static string Left(TimeSpan time) => time.TotalSeconds < 1
        ? "done"
        : string.Create(CultureInfo.InvariantCulture, $"{(time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{Math.Ceiling(time.TotalSeconds):F0} s")} left");
}
