using System.Globalization;
using Palimpsest.Benchmarks.Owners;
using Palimpsest.Models;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>A sentence encoder against ONNX Runtime and against the same through libtorch, by turns: one text of several lengths, and a batch of texts of
/// unlike length.</summary>
internal static class EmbedBenchmark
{
    private const double SecondsARound = 0.2;

    public static void Run(int rounds, int threads)
    {
        string data = Environment.GetEnvironmentVariable("PALIMPSEST_DATA")
            ?? throw new PalimpsestException("Set PALIMPSEST_DATA to the folder that holds models/.");
        TorchThreads.Use(threads);
        TorchContext context = new(threads: threads);
        using SentenceEncoder encoder = SentenceEncoder.Load(Path.Combine(data, "models", "all-minilm-l6-v2"), context);
        using OnnxBert onnx = new(encoder.Model, context.Threads);
        Version? version = typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly.GetName().Version;
        Console.WriteLine(
            $"embed: MiniLM in f32, {context.Threads} threads, against ONNX Runtime {version} and libtorch; {rounds} rounds by turns, median");
        int[] Text(int tokens, int seed) => [101, .. Enumerable.Range(0, tokens - 2).Select(i => 2000 + (((i + seed) * 7919) % 20000)), 102];
        foreach (int tokens in new[] { 8, 16, 32, 64, 128, 256 })
        {
            Compare($"one text of {tokens} tokens", encoder, onnx, [Text(tokens, tokens)], rounds);
        }

        Compare("32 texts of 8 to 39 tokens", encoder, onnx, [.. Enumerable.Range(0, 32).Select(i => Text(8 + i, i))], rounds);
        Compare("32 texts of 32 tokens", encoder, onnx, [.. Enumerable.Range(0, 32).Select(i => Text(32, i))], rounds);
    }

    private static void Compare(string what, SentenceEncoder encoder, OnnxBert onnx, int[][] texts, int rounds)
    {
        float[] theirs = onnx.Hidden(texts);
        int time = texts.Max(text => text.Length), width = encoder.Width;
        double off = encoder.Embed(texts).Select((vector, i) =>
        {
            float[] mean = new float[width];
            for (int token = 0; token < texts[i].Length; token++)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(mean, theirs.AsSpan(((i * time) + token) * width, width), mean);
            }

            return (double)(1 - System.Numerics.Tensors.TensorPrimitives.CosineSimilarity<float>(mean, vector));
        }).Max();
        Action[] ways = [() => onnx.Hidden(texts), () => encoder.Embed(texts), () => Torch(encoder, texts)];
        int repeats = Math.Max(1, (int)(SecondsARound / PairTimes.Time(ways[1])));
        double[][] seconds = new double[rounds][];
        for (int round = 0; round < rounds; round++)
        {
            seconds[round] = [.. ways.Select(way => PairTimes.Time(() =>
            {
                for (int i = 0; i < repeats; i++)
                {
                    way();
                }
            }) / repeats)];
        }

        double Of(int way) => PairTimes.Median(seconds.Select(round => round[way]));
        double Against(int way) => PairTimes.Median(seconds.Select(round => round[way] / round[1]));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-28} {1e3 * Of(1),8:F2} ms   {Against(0):F2} times as fast as ONNX Runtime ({1e3 * Of(0):F2} ms), "
                + $"{Against(2):F2} as libtorch ({1e3 * Of(2):F2} ms)   1 - cosine {off:E1}"));
    }

    private static void Torch(SentenceEncoder encoder, int[][] texts)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int time = texts.Max(text => text.Length);
        long[] shape = [texts.Length, time];
        long[] Filled(Func<int, long> of) => [.. texts.SelectMany(text => text.Select(of).Concat(Enumerable.Repeat(0L, time - text.Length)))];
        Tensor mask = tensor(Filled(_ => 1), shape);
        Tensor hidden = encoder.Model.Hidden(tensor(Filled(id => id), shape), mask);
        _ = TensorBytes.ToArray(nn.functional.normalize(Models.Transformers.EncoderModel.MeanPooled(hidden, mask)));
    }
}
