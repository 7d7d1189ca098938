using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Benchmarks;

/// <summary>A step of DPO (chosen and rejected answers, forward and backward, and the reference forward) against two steps of a language model and two forward
/// passes over the same tokens, alternately in one process.</summary>
internal static class PreferenceStepBenchmark
{
    private const int Pairs = 8, Time = 256, Prompt = 64;

    public static void Run(int rounds)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        LlamaConfig config = new()
        {
            VocabularySize = 4096,
            HiddenSize = 256,
            IntermediateSize = 688,
            Layers = 6,
            Heads = 8,
            KeyValueHeads = 8,
            HeadWidth = 32,
            ContextLength = Time,
        };
        RandomStream random = context.Stream("bench");
        using CausalModel policy = CausalModel.Create(config, context, random), plain = CausalModel.Create(config, context, random);
        using FrozenReference reference = new(CausalModel.Create(config, context, random));
        TokenSequence Answer() => new([.. Enumerable.Range(0, Time).Select(_ => random.NextInt(4096))], Prompt);
        TokenSequence[] chosen = [.. Enumerable.Range(0, Pairs).Select(_ => Answer())], rejected = [.. Enumerable.Range(0, Pairs).Select(_ => Answer())];
        PreferenceBatch pairs = PreferenceBatch.Of([.. chosen.Zip(rejected, (a, b) => new AnswerSequences(a, b, true))]);
        TokenBatch[] halves = [TokenBatch.Of(chosen), TokenBatch.Of(rejected)];
        TrainOptions endless = new() { Steps = int.MaxValue, WarmupSteps = 0, Schedule = ScheduleKind.Constant, CheckpointEvery = 0 };
        using PreferenceObjective objective = new(policy, new DpoOptions(), reference);
        using Trainer<PreferenceBatch> preference =
            new(Trainable.Whole(policy), objective, endless, new Repeated<PreferenceBatch>(pairs), new RandomStream(7, "train"));
        using Trainer<TokenBatch> language = Trainer.Of(plain, endless, new Repeated<TokenBatch>(halves), new RandomStream(7, "train"));

        void Step<TBatch>(Trainer<TBatch> trainer, int steps)
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

        double Seconds(Action action)
        {
            long started = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        List<double> ratios = [];
        for (int round = -1; round < rounds; round++)
        {
            double ours = Seconds(() => Step(preference, 1)), parts = Seconds(() =>
            {
                Step(language, 2);
                foreach (TokenBatch half in halves)
                {
                    reference.Score(half);
                }
            });
            if (round >= 0)
            {
                ratios.Add(ours / parts);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"preference step {1000 * ours:F0} ms, two steps and two forward passes {1000 * parts:F0} ms, ratio {ours / parts:F3}"));
            }
        }

        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {ratios[ratios.Count / 2]:F3} (goal: at most 1.15)"));
    }

    private sealed class Repeated<TBatch>(params TBatch[] batches) : IBatchSource<TBatch>
    {
        private int _next;

        public TBatch Next() => batches[_next++ % batches.Length];

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
