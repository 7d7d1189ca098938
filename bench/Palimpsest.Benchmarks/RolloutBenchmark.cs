using Palimpsest.Models;
using Palimpsest.Models.Families;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Completions a second of processor time, of 24 tokens from prefixes of 60: eight a prefix with what they share computed once,
/// each alone, and without any cache;
/// and how near the first comes, in tokens that go through the model, to the decoder's own steps with a full batch.</summary>
internal static class RolloutBenchmark
{
    private const int Prefix = 60, Made = 24, Each = 8;

    public static void Run(int rounds)
    {
        TorchThreads.Use(1);
        Random("0.1M parameters, 16 tokens", 64, 2, 16, rounds);
        Random("0.9M parameters, 512 tokens", 128, 4, 512, rounds);
    }

    /// <summary>The same of a real model and few prefixes, without the loop that has no cache: a batch of such a model also saves reading its
    /// weights.</summary>
    public static void Run(string path, LoadMode mode, int rounds)
    {
        TorchThreads.Use(1);
        using LanguageModel model = LanguageModel.Load(path, new TorchContext(threads: 1), mode);
        Measure(FormattableString.Invariant($"{Path.GetFileName(path)}, {mode}"), model.Model, 4, 0, rounds);
    }

    private static void Random(string name, int width, int layers, int vocabulary, int rounds)
    {
        LlamaConfig config = new()
        {
            VocabularySize = vocabulary,
            HiddenSize = width,
            IntermediateSize = 3 * width,
            Layers = layers,
            Heads = 4,
            KeyValueHeads = 4,
            HeadWidth = width / 4,
            ContextLength = 128,
            TiedEmbeddings = true,
        };
        using CausalModel model = CausalModel.Create(config, new TorchContext(threads: 1), new RandomStream(1));
        Measure(name, model, 64, 4, rounds);
    }

    private static void Measure(string name, CausalModel model, int count, int withoutCache, int rounds)
    {
        int vocabulary = model.Config.VocabularySize, places;
        SamplingOptions sampling = new() { MaxNewTokens = Made, Temperature = 1, StopAtEnd = false };
        using (RolloutEngine engine = new(model, sampling, 7, capacity: Prefix + Made))
        {
            places = Math.Min(engine.Places, count * Each);
        }

        int[][] prefixes = [.. Enumerable.Range(0, count).Select(i =>
            Enumerable.Range(0, Prefix).Select(j => ((i * 31) + (j * 7) + (i * j)) % vocabulary).ToArray())];
        using LlamaDecoder decoder = (LlamaDecoder)SequenceDecoders.Create(model, places + 1, Prefix + Made + 1);
        decoder.Fill(places, prefixes[0], [], default);
        double[] seconds = CpuTime.Best(rounds + 1, () =>
        {
            using RolloutEngine engine = new(model, sampling, 7, places: places, capacity: Prefix + Made);
            engine.Run([.. prefixes.Select(prefix => RolloutRequest.Of(prefix, Each))], "bench", (_, _, _) => { }, default);
        }, () =>
        {
            foreach (int[] prefix in prefixes)
            {
                TextGenerator.Generate(model, [prefix], sampling, new RandomStream(1));
            }
        }, () => Raw(decoder, places), () => Array.ForEach(prefixes[..withoutCache], prefix => Naive(model, prefix)));
        double shared = prefixes.Length * Each / seconds[0], alone = prefixes.Length / seconds[1], raw = places * Made / seconds[2];
        double tokens = shared * (Made + (Prefix / (double)Each)), naive = withoutCache / seconds[3];
        Console.WriteLine(
            FormattableString.Invariant($"{name}: {shared:N1} completions/s from shared prefixes, {alone:N1} each alone ({shared / alone:F1} times); ")
            + FormattableString.Invariant($"{tokens:N0} tokens/s, {100 * tokens / raw:F0}% of the decoder's {raw:N0}")
            + (withoutCache == 0 ? "" : FormattableString.Invariant($"; {naive:N1} without a cache ({shared / naive:F0} times)")));
    }

    private static void Naive(CausalModel model, int[] prefix)
    {
        using IDisposable noGrad = no_grad();
        List<int> ids = [.. prefix];
        TokenSampler sampler = new(new SamplingOptions { Temperature = 1 }, new RandomStream(1), model.Config.VocabularySize);
        for (int i = 0; i < Made; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor logits = model.Logits(model.Hidden(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count])));
            ids.Add(sampler.Choose([.. logits[0, -1].data<float>()]));
        }
    }

    // Steps of the decoder alone, at the lengths that completions have; no prefixes, no draws.
    private static void Raw(LlamaDecoder decoder, int places)
    {
        int[] next = new int[places + 1];
        bool[] finished = new bool[places + 1];
        finished[places] = true;
        for (int place = 0; place < places; place++)
        {
            decoder.Copy(places, place, Prefix);
        }

        for (int i = 0; i < Made; i++)
        {
            decoder.Step(next, finished);
        }
    }
}
