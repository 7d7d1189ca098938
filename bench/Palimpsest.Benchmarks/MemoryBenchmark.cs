using System.Diagnostics;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using Palimpsest.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Peak memory and time, one measurement a process, since a peak never falls again.</summary>
internal static class MemoryBenchmark
{
    /// <summary>Training steps of a 16-block Llama (512 wide, 8 x 512 tokens), with the insides of blocks kept or computed again.</summary>
    public static void Blocks(bool recompute, int steps)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        LlamaConfig config = new() { VocabularySize = 4096, HiddenSize = 512, IntermediateSize = 1376, Layers = 16, Heads = 8, KeyValueHeads = 8, HeadWidth = 64, ContextLength = 512 };
        RandomStream random = context.Stream("bench");
        FixedBatches batches = new(8, 512, [.. Enumerable.Range(0, 8 * 513).Select(_ => (long)random.NextInt(4096))]);
        using CausalModel model = CausalModel.Create(config, context, random);
        long before = Resident();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, new TrainOptions { Steps = steps, WarmupSteps = 0, CheckpointEvery = 0, CheckpointBlocks = recompute }, batches,
            new RandomStream(7, "train"));
        List<double> seconds = [];
        long started = Stopwatch.GetTimestamp();
        double last = 0;
        trainer.Run(progress =>
        {
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            last = progress.Loss;
            started = Stopwatch.GetTimestamp();
        });
        seconds.Sort();
        Console.WriteLine(FormattableString.Invariant($"blocks {(recompute ? "computed again" : "kept")}: {Peak() / 1e6:N0} MB at the peak, {before / 1e6:N0} MB before training; {seconds[seconds.Count / 2]:F2} s a step (median of {steps}); loss {last:R}"));
    }

    /// <summary>The loss over a vocabulary of 49,152 for 4,096 tokens, with all logits or in chunks.</summary>
    public static void Loss(bool chunked)
    {
        using Tensor hidden = rand(4096, 576, requires_grad: true), weight = rand(49_152, 576, requires_grad: true);
        long[] targets = [.. Enumerable.Range(0, 4096).Select(i => (long)i * 11)];
        long before = Resident(), started = Stopwatch.GetTimestamp();
        using DisposeScope scope = NewDisposeScope();
        Autograd.Backward(chunked ? LinearCrossEntropyFunction.Apply(hidden, weight, targets) : nn.functional.cross_entropy(nn.functional.linear(hidden, weight), tensor(targets), reduction: nn.Reduction.Sum));
        Console.WriteLine(FormattableString.Invariant($"{(chunked ? "in chunks" : "all logits")}: {(Peak() - before) / 1e6:N0} MB above the start, {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s"));
    }

    private static long Resident() => Environment.WorkingSet;

    private static long Peak()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
