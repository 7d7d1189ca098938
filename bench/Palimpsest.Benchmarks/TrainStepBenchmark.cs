using System.Diagnostics;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Training step of this engine against a plain TorchSharp loop, alternately in one process.</summary>
internal static class TrainStepBenchmark
{
    private sealed record Shape(string Name, int Vocabulary, int Width, int Layers, int Heads, int Intermediate, int Batch, int Time)
    {
        public LlamaConfig ToConfig() => new()
        {
            VocabularySize = Vocabulary,
            HiddenSize = Width,
            IntermediateSize = Intermediate,
            Layers = Layers,
            Heads = Heads,
            KeyValueHeads = Heads,
            HeadWidth = Width / Heads,
            ContextLength = Time,
        };

        public FixedBatches Batches(RandomStream random) => new(Batch, Time, [.. Enumerable.Range(0, Batch * (Time + 1)).Select(_ => (long)random.NextInt(Vocabulary))]);
    }

    private static readonly Shape[] Shapes =
    [
        new("1M", 2048, 128, 4, 4, 344, 16, 256),
        new("7M", 4096, 256, 6, 8, 688, 16, 256),
        new("29M", 8192, 512, 8, 8, 1024, 8, 256),
    ];

    public static void Run(string size, ComputeType type, int rounds)
    {
        TorchContext context = new(type);
        TorchThreads.Use(context.Threads);
        Shape shape = Shapes.Single(s => s.Name == size);
        double peak = MatmulPeak.Measure(context.ScalarType, context.Device, 1024);
        LlamaConfig config = shape.ToConfig();
        RandomStream random = context.Stream("bench");
        FixedBatches batches = shape.Batches(random);
        using CausalModel model = CausalModel.Create(config, context, random);
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, new TrainOptions { Steps = int.MaxValue, WarmupSteps = 0, Schedule = ScheduleKind.Constant, CheckpointEvery = 0 }, batches,
            new RandomStream(7, "train"));

        using PlainLlama plain = new(shape.Vocabulary, shape.Width, shape.Layers, shape.Heads, shape.Intermediate, shape.Time);
        plain.to(context.ScalarType);
        using var optimizer = optim.AdamW(plain.parameters().ToArray(), 1e-3);
        Tensor input = batches.Input(), target = batches.Target();

        void Ours()
        {
            using CancellationTokenSource once = new();
            trainer.Run(_ => once.Cancel(), stop: once.Token);
        }

        void Plain()
        {
            using DisposeScope scope = NewDisposeScope();
            optimizer.zero_grad();
            Tensor logits = plain.call(input);
            Tensor loss = nn.functional.cross_entropy(logits.view(-1, shape.Vocabulary).to_type(ScalarType.Float32), target);
            loss.backward();
            nn.utils.clip_grad_norm_(plain.parameters().ToArray(), 1.0);
            optimizer.step();
        }

        Ours();
        Plain();
        Ours();
        Plain();
        List<double> ours = [], other = [], work = [];
        for (int i = 0; i < rounds; i++)
        {
            TimeSpan first = Environment.CpuUsage.TotalTime;
            ours.Add(Time(Ours));
            TimeSpan second = Environment.CpuUsage.TotalTime;
            other.Add(Time(Plain));
            work.Add((Environment.CpuUsage.TotalTime - second) / (second - first));
        }

        double flops = config.TrainingFlopsPerToken(shape.Time) * shape.Batch * shape.Time;
        double mine = Median(ours), theirs = Median(other);
        double[] ratios = [.. ours.Zip(other, (a, b) => b / a).Order()];
        Console.WriteLine($"train-step {size} {context.ComputeType} threads {context.Threads}: matmul peak {peak / 1e9:F0} GFLOP/s, {flops / 1e9:F0} GFLOP a step");
        Console.WriteLine($"  palimpsest {mine * 1e3:F0} ms ({flops / mine / peak:P0} of peak, {shape.Batch * shape.Time / mine:F0} tokens/s)   plain TorchSharp {theirs * 1e3:F0} ms ({flops / theirs / peak:P0})");
        Breakdown(config, context, shape, peak);
        StepPhases.Print(model, batches.Next(), rounds);
        Console.WriteLine($"  ratio median {ratios[ratios.Length / 2]:F2}, from {ratios[0]:F2} to {ratios[^1]:F2} over {rounds} pairs; of processor time, which a busy machine moves less, {Median(work):F2}");
    }

    public static void Ours(string size, int steps)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        Shape shape = Shapes.Single(s => s.Name == size);
        LlamaConfig config = shape.ToConfig();
        RandomStream random = context.Stream("bench");
        FixedBatches batches = shape.Batches(random);
        using CausalModel model = CausalModel.Create(config, context, random);
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, new TrainOptions { Steps = steps, WarmupSteps = 0, CheckpointEvery = 0 }, batches, new RandomStream(7, "train"));
        trainer.Run(p => Console.WriteLine($"{p.Step} {p.Loss:F4} {p.Seconds:F2} s, {Environment.WorkingSet >> 20} MB, {Tensor.TotalCount} tensors"));
    }

    private static void Breakdown(LlamaConfig config, TorchContext context, Shape shape, double peak) => StepBreakdown.Print(config, context, shape.Batch, shape.Time, peak);

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
