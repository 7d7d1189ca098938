using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Training;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Benchmarks;

/// <summary>A step of an objective against the plain steps and forward passes that it is made of, alternately in one process.</summary>
internal static class StepRatio
{
    /// <summary>Settings of trainings that a benchmark stops itself.</summary>
    public static TrainOptions Endless { get; } = new() { Steps = int.MaxValue, WarmupSteps = 0, Schedule = ScheduleKind.Constant, CheckpointEvery = 0 };

    /// <summary>A model of 7M parameters.</summary>
    public static LlamaConfig Model(int time) => new()
    {
        VocabularySize = 4096,
        HiddenSize = 256,
        IntermediateSize = 688,
        Layers = 6,
        Heads = 8,
        KeyValueHeads = 8,
        HeadWidth = 32,
        ContextLength = time,
    };

    /// <summary>Takes steps.</summary>
    public static void Step<TBatch>(Trainer<TBatch> trainer, int steps)
    {
        using CancellationTokenSource enough = new();
        int taken = 0;
        trainer.Run(
            _ =>
            {
                if (++taken == steps)
                {
                    enough.Cancel();
                }
            },
            stop: enough.Token);
    }

    /// <summary>Measures both by turns, once more than is counted, and prints them with the median of their ratios.</summary>
    public static void Measure(string name, Action whole, string partsName, Action parts, int rounds, string goal = " (goal: at most 1.15)")
    {
        List<double> ratios = [];
        for (int round = -1; round < rounds; round++)
        {
            double ours = Seconds(whole), theirs = Seconds(parts);
            if (round >= 0)
            {
                ratios.Add(ours / theirs);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name} {1000 * ours:F0} ms, {partsName} {1000 * theirs:F0} ms, ratio {ours / theirs:F3}"));
            }
        }

        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: median ratio {ratios[ratios.Count / 2]:F3}{goal}"));
    }

    private static double Seconds(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The same batches again and again.</summary>
    internal sealed class Repeated<TBatch>(params TBatch[] batches) : IBatchSource<TBatch>
    {
        private int _next;

        public TBatch Next() => batches[_next++ % batches.Length];

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
