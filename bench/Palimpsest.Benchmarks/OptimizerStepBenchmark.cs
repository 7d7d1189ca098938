using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Flora;
using Palimpsest.Training.GaLore;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Optimizers.Projected;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Benchmarks;

/// <summary>A training step under each optimizer, one after the other in every round, beside what the arithmetic and the memory traffic of weight gradients
/// and updates would take
/// on this machine. Selections and singular vectors are timed apart and spread over their period.</summary>
internal static class OptimizerStepBenchmark
{
    private const int Period = 200, Warm = 2;

    public static void Run(string size, int rounds, IReadOnlyList<int> steps)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        (int width, int layers, int intermediate) = size switch
        {
            "3M" => (256, 4, 688),
            "13M" => (512, 4, 1376),
            "25M" => (512, 8, 1376), // the blocks of the published 60M model
            _ => throw new ArgumentException($"{size}: 3M, 13M or 25M."),
        };
        double peak = MatmulPeak.Measure(context.ScalarType, context.Device, 1024), bandwidth = MemoryBandwidth.Measure(context.Threads);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"optimizer-step {size}, threads {context.Threads}: matmul peak {peak / 1e9:F0} GFLOP/s, bandwidth {bandwidth / 1e9:F1} GB/s, ")
            + string.Create(CultureInfo.InvariantCulture, $"r = {width / 4}, K = {Period}"));
        foreach (int tokens in steps)
        {
            LlamaConfig config = new()
            {
                VocabularySize = 512,
                HiddenSize = width,
                IntermediateSize = intermediate,
                Layers = layers,
                Heads = 8,
                KeyValueHeads = 8,
                HeadWidth = width / 8,
                ContextLength = 64,
            };
            Candidate[] all = [.. Methods(width).Select(method => new Candidate(method.Name, method.Options, config, context, tokens))];
            for (int round = -Warm; round < rounds; round++)
            {
                foreach (Candidate candidate in all)
                {
                    candidate.Step(round == -Warm, round >= 0);
                }
            }

            (long Out, long In)[] matrices = [.. all[0].Matrices];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{tokens} tokens a step, {matrices.Sum(matrix => matrix.Out * matrix.In) / 1e6:F2} M parameters in matrices, median of {rounds}:"));
            double reference = all[0].Median;
            foreach (Candidate candidate in all)
            {
                // Only these two terms differ between the optimizers; the floor of AdamW is taken off its own step and that of the method put on.
                double Floor(string name) => matrices.Sum(matrix => Model.Seconds(name, matrix.Out, matrix.In, width / 4, tokens, peak, bandwidth));
                double modelled = reference - Floor("adamw") + Floor(candidate.Name);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {candidate.Name,-17} {1e3 * candidate.Median,7:F1} ms + {1e3 * candidate.Extra / Period,6:F2} ms of refresh   ")
                    + string.Create(CultureInfo.InvariantCulture, $"{tokens / candidate.Amortised,7:F0} tokens/s   ")
                    + string.Create(CultureInfo.InvariantCulture,
                    $"adamw/this {reference / candidate.Amortised,5:F2}   by the floor model {reference / modelled,5:F2}   ")
                    + string.Create(CultureInfo.InvariantCulture,
                    $"state {candidate.StateBytes / 1e6,6:F1} MB, gradients {candidate.GradientBytes / 1e6,6:F1} MB"));
            }

            foreach (Candidate candidate in all)
            {
                candidate.Dispose();
            }
        }
    }

    private static IEnumerable<(string Name, OptimizerOptions Options)> Methods(int width) =>
    [
        ("adamw", new AdamWOptions()),
        ("adamw8bit", new AdamW8bitOptions()),
        ("galore", new GaLoreOptions { Rank = width / 4, Every = Period }),
        ("galore layerwise", new GaLoreOptions { Rank = width / 4, Every = Period, Layerwise = true }),
        ("flora", new FloraOptions { Rank = width / 4, Every = Period }),
        ("grass", new GrassOptions { Rank = width / 4, Every = Period }),
        ("grass 8bit", new GrassOptions { Rank = width / 4, Every = Period, EightBit = true }),
    ];

    /// <summary>Weight gradient and update of one matrix: FLOPs over the rate of products, and bytes that must pass through memory.</summary>
    private static class Model
    {
        public static double Seconds(string name, double rows, double columns, double r, double b, double peak, double bandwidth)
        {
            double m = Math.Min(rows, columns), n = Math.Max(rows, columns), whole = 2 * b * m * n, back = 2 * r * m * n;

            // Bytes an entry: gradient written, read; values, and moments where they are f32, read and written.
            (double flops, double bytes) = name switch
            {
                "adamw" => (whole, 32 * m * n),
                "adamw8bit" => (whole, (16 + 4) * m * n),
                "galore" => (whole + (2 * back), (4 + 4 + 8) * m * n + (24 * r * n)),
                "galore layerwise" => ((2 * b * m * r) + (2 * b * r * n) + back, (8 * m * n) + (32 * r * n)),
                "flora" => (whole + (2 * back), (4 + 12 + 8) * m * n + (8 * r * n)),
                "grass" => (2 * b * r * n, 32 * r * n),
                _ => (2 * b * r * n, (16 + 4) * r * n),
            };
            return (flops / peak) + (bytes / bandwidth);
        }
    }

    private sealed class Candidate : IDisposable
    {
        private readonly CausalModel _model;
        private readonly Trainer<TokenBatch> _trainer;
        private readonly List<double> _seconds = [];
        private double _first;

        public Candidate(string name, OptimizerOptions options, LlamaConfig config, TorchContext context, int tokens)
        {
            Name = name;
            RandomStream random = context.Stream("bench");
            _model = CausalModel.Create(config, context, random);
            FixedBatches batches = new(tokens / 64, 64, [.. Enumerable.Range(0, tokens / 64 * 65).Select(_ => (long)random.NextInt(512))]);
            _trainer = Trainer.Of(
                _model,
                new TrainOptions { Steps = int.MaxValue, WarmupSteps = 0, Schedule = ScheduleKind.Constant, CheckpointEvery = 0, Optimizer = options },
                batches, new RandomStream(7));
            GradientBytes = 4 * _model.Parameters.Flat!.Gradients.NumberOfElements;

            // The same once more for its account, as the trainer's own is not to be seen; the layers' observers are free again afterwards.
            using CausalModel counted = CausalModel.Create(config, context, random);
            using IOptimizer optimizer = OptimizerRegistry.Create(new OptimizerContext(Trainable.Whole(counted), [], new RandomStream(7)), options);
            StateBytes = optimizer.State.Sum(state => state.Values.NumberOfElements * state.Values.ElementSize);
            GradientBytes += optimizer is ProjectedOptimizer projected ? projected.Matrices.Sum(matrix => 4 * matrix.Gradient.NumberOfElements) : 0;
        }

        public string Name { get; }

        public long StateBytes { get; }

        public long GradientBytes { get; }

        public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

        /// <summary>What the first step, which selects, took more.</summary>
        public double Extra => Name.StartsWith("adamw", StringComparison.Ordinal) ? 0 : Math.Max(0, _first - Median);

        public double Amortised => Median + (Extra / Period);

        public IEnumerable<(long Out, long In)> Matrices =>
            Trainable.Whole(_model).Linears.Where(item => item.Key.Contains(".layers.", StringComparison.Ordinal))
            .Select(item => (item.Value.Weight.size(0), item.Value.Weight.size(1)));

        public void Step(bool first, bool counts)
        {
            using CancellationTokenSource once = new();
            long start = Stopwatch.GetTimestamp();
            _trainer.Run(_ => once.Cancel(), stop: once.Token);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (counts)
            {
                _seconds.Add(seconds);
            }
            else if (first)
            {
                _first = seconds;
            }
        }

        public void Dispose()
        {
            _trainer.Dispose();
            _model.Dispose();
        }
    }
}
