using System.Diagnostics;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Speed of generation on real checkpoints below PALIMPSEST_DATA, against what the machine could do: bandwidth and matmul peak are measured beside each figure, since other work may share the machine.</summary>
internal static class DecodeBenchmark
{
    private static readonly RandomStream Unused = new(0, "greedy");

    public static void Run(ComputeType type, int rounds, int threads)
    {
        string root = Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? throw new PalimpsestException("Set PALIMPSEST_DATA to the folder that holds models/.");
        string At(params string[] path) => Path.Combine([root, "models", .. path]);
        TorchContext context = new(type, threads);
        TorchThreads.Use(context.Threads);
        Console.WriteLine($"decode {context.ComputeType}, {context.Threads} threads");
        Small(At("stories260K", "stories260K.bin"), context, rounds, [1]);
        Small(At("tinystories-656k"), context, rounds, [1, 8, 32]);
        Large(Directory.GetFiles(At("smollm2-135m-instruct"), "*.gguf")[0], context, rounds);
    }

    /// <summary>Loads a model and makes text, in a process of its own so that the figures of the other are clean.</summary>
    public static void Load(string folder, ComputeType type, LoadMode mode)
    {
        TorchContext context = new(type);
        TorchThreads.Use(context.Threads);
        double before = Peak("VmHWM");
        long start = Stopwatch.GetTimestamp();
        using LanguageModel model = LanguageModel.Load(folder, context, mode);
        double loaded = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        int[] prompt = model.Tokenizer.Encode("Once upon a time, there was a little girl named");
        TextGenerator.Generate(model.Model, [prompt], new SamplingOptions { MaxNewTokens = 1 }, Unused);
        double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        TextGenerator.Generate(model.Model, [prompt], new SamplingOptions { MaxNewTokens = 100, StopAtEnd = false }, Unused);
        double weights = Bytes(model.Model) / 1e6;
        Console.WriteLine($"  load {loaded:F0} ms, first token of {prompt.Length} {first:F0} ms after the start of the load");
        Console.WriteLine($"  peak memory {Peak("VmHWM"):F0} MB, {before:F0} MB before the load: {(Peak("VmHWM") - before) / weights:F2} times the weights of {weights:F0} MB ({Peak("VmHWM") / weights:F2} with the runtime)");
    }

    private static void Small(string path, TorchContext context, int rounds, int[] batches)
    {
        using LanguageModel model = LanguageModel.Load(path, context, LoadMode.Mapped);
        int[] prompt = model.Tokenizer.Encode("Once upon a time");
        Console.WriteLine($"{Path.GetFileName(path)}: {model.Model.Parameters.Layout.Count:N0} parameters");
        foreach (int batch in batches)
        {
            (double rate, double processor) = Enumerable.Range(0, rounds + 2).Select(_ => Rate(model.Model, prompt, batch, 200)).MaxBy(pair => pair.Wall);
            Console.WriteLine($"  batch {batch}: {rate:N0} tokens/s ({processor:N0} for a second of processor time)");
        }
    }

    private static void Large(string path, TorchContext context, int rounds)
    {
        using LanguageModel model = LanguageModel.Load(path, context, LoadMode.Copied);
        CausalModel causal = model.Model;
        int[] prompt = model.Tokenizer.Encode("Once upon a time, there was a little girl named");
        double bytes = Bytes(causal);
        Console.WriteLine($"{Path.GetFileName(path)}: {causal.Parameters.Layout.Count:N0} parameters, {bytes / 1e6:F0} MB in {context.ComputeType}");
        for (int round = 0; round < rounds; round++)
        {
            double bandwidth = MemoryBandwidth.Measure(context.Threads);
            (double one, double oneCpu) = Rate(causal, prompt, 1, 32);
            (double eight, double eightCpu) = Rate(causal, prompt, 8, 16);
            Console.WriteLine($"  for a second of processor time: {oneCpu:F1} at batch 1, {eightCpu:F1} at batch 8, {eightCpu / oneCpu:F2} times");
            Console.WriteLine($"  batch 1: {one:F1} tokens/s, {one * bytes / bandwidth:F2} of the bandwidth of {bandwidth / 1e9:F1} GB/s; batch 8: {eight:F1} tokens/s, {eight / one:F2} times batch 1");
        }

        int[] text = [.. Enumerable.Range(0, 512).Select(i => 300 + (i * 37 % 5000))];
        double flops = 2.0 * 512 * causal.Linears.Where(item => item.Name != causal.HeadModule).Sum(item => (double)item.Layer.Weight.NumberOfElements);
        for (int round = 0; round < rounds; round++)
        {
            double peak = MatmulPeak.Measure(ScalarType.Float32, CPU, 1024), managed = Prompt(causal, text, managed: true), torch = Prompt(causal, text, managed: false);
            Console.WriteLine($"  prompt of 512: as decoded {managed:F2} s, {flops / managed / peak:F2} of the f32 matmul peak of {peak / 1e9:F0} GFLOP/s; all by libtorch {torch:F2} s, {flops / torch / peak:F2}");
        }
    }

    public static double Prompt(CausalModel model, int[] ids, bool managed)
    {
        long start = Stopwatch.GetTimestamp();
        using ISequenceDecoder decoder = managed ? SequenceDecoders.Create(model, 1, ids.Length + 1) : new TorchDecoder(model, 1, ids.Length + 1);
        decoder.Begin([ids], default);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Tokens per second of the steps behind the prompt.</summary>
    public static (double Wall, double Processor) Rate(CausalModel model, int[] prompt, int batch, int steps)
    {
        using ISequenceDecoder decoder = SequenceDecoders.Create(model, batch, prompt.Length + steps + 1);
        int vocabulary = model.Config.VocabularySize;
        int[] next = new int[batch];
        bool[] finished = new bool[batch];
        SamplingOptions greedy = new();
        TokenSampler sampler = new(greedy, Unused, vocabulary);
        ReadOnlySpan<float> scores = decoder.Begin([.. Enumerable.Repeat(prompt, batch)], default);
        using Process process = Process.GetCurrentProcess();
        TimeSpan processor = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < steps; step++)
        {
            for (int row = 0; row < batch; row++)
            {
                next[row] = sampler.Choose(scores.Slice(row * vocabulary, vocabulary));
            }

            scores = decoder.Step(next, finished);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return (batch * steps / seconds, batch * steps / (process.TotalProcessorTime - processor).TotalSeconds);
    }

    /// <summary>Bytes that a token reads: every matrix once (of the embedding, where it is not tied, only a row).</summary>
    public static double Bytes(CausalModel model) => model.Linears.Sum(item => (double)item.Layer.Weight.NumberOfElements * item.Layer.Weight.ElementSize);

    private static double Peak(string name) => File.ReadLines("/proc/self/status").Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1e3).Single();
}
