using LLama.Native;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Benchmarks;

/// <summary>Decoding from blocks against the same weights in f32 and against llama.cpp on the same file, interleaved in one run. Ratios are medians over the
/// rounds.</summary>
internal static class PackedBenchmark
{
    private static readonly (string Name, LLamaFtype Type)[] s_types =
        [("Q8_0", LLamaFtype.MOSTLY_Q8_0), ("BF16", LLamaFtype.MOSTLY_BF16), ("Q4_K_M", LLamaFtype.MOSTLY_Q4_K_M)];

    public static void Run(int rounds, int threads, string[] wanted)
    {
        string root = Environment.GetEnvironmentVariable("PALIMPSEST_DATA")
            ?? throw new PalimpsestException("Set PALIMPSEST_DATA to the folder that holds models/.");
        TorchContext context = new(threads: threads);
        TorchThreads.Use(context.Threads);
        LlamaCpp.Start();
        Console.WriteLine($"decode packed, {context.Threads} threads, {rounds} rounds, against {LlamaCpp.Version}");
        string given = Directory.GetFiles(Path.Combine(root, "models", "smollm2-135m-instruct"), "*.gguf")[0];
        string folder = Directory.CreateTempSubdirectory("palimpsest-packed").FullName;
        try
        {
            if (wanted.Length == 0 || wanted.Contains("Q4_1"))
            {
                Compare("Q4_1", given, context, rounds);
            }

            foreach ((string name, LLamaFtype type) in s_types.Where(item => wanted.Length == 0 || wanted.Contains(item.Name)))
            {
                string file = Path.Combine(folder, name + ".gguf");
                LlamaCpp.Quantise(given, file, type, context.Threads);
                Compare(name, file, context, rounds);
                File.Delete(file);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string name, string file, TorchContext context, int rounds)
    {
        using LanguageModel packed = LanguageModel.Load(file, context, LoadMode.Packed), single = LanguageModel.Load(file, context, LoadMode.Copied);
        using LlamaCpp peer = new(file, context.Threads);
        int[] prompt = packed.Tokenizer.Encode("Once upon a time, there was a little girl named");
        int[] text = [.. Enumerable.Range(0, 1024).Select(i => 300 + (i * 37 % 5000))];
        double bytes = DecodeBenchmark.Bytes(packed.Model);
        Console.WriteLine($"{name}: {bytes / 1e6:F0} MB a token");
        Measure(
            "batch 1", rounds, bytes, context.Threads,
            model => DecodeBenchmark.Rate(model.Model, prompt, 1, 32).Wall, () => peer.Rate(prompt, 1, 32));
        Measure(
            "batch 1 after 1,024 tokens", rounds, 0, context.Threads,
            model => DecodeBenchmark.Rate(model.Model, text, 1, 16).Wall, () => peer.Rate(text, 1, 16));
        Measure("batch 8", rounds, 0, context.Threads, model => DecodeBenchmark.Rate(model.Model, prompt, 8, 16).Wall, () => peer.Rate(prompt, 8, 16));
        Measure(
            "prompt of 512", rounds, 0, context.Threads,
            model => 512 / DecodeBenchmark.Prompt(model.Model, text[..512], managed: true), () => 512 / peer.Prompt(text[..512]));

        void Measure(string what, int count, double read, int threads, Func<LanguageModel, double> ours, Func<double> theirs)
        {
            List<(double Packed, double Single, double Peer, double Bandwidth)> rates = [];
            for (int round = 0; round <= count; round++)
            {
                double bandwidth = read > 0 ? MemoryBandwidth.Measure(threads) : 0;
                rates.Add((ours(packed), ours(single), theirs(), bandwidth));
            }

            rates.RemoveAt(0); // the first warms up
            string share = read > 0
                ? $", {Median(rates.Select(rate => rate.Packed * read / rate.Bandwidth)):F2} of the bandwidth of "
                    + $"{Median(rates.Select(rate => rate.Bandwidth)) / 1e9:F1} GB/s"
                : "";
            Console.WriteLine($"  {what}: packed {Median(rates.Select(rate => rate.Packed)):N1} tokens/s{share}; "
                + $"{Median(rates.Select(rate => rate.Packed / rate.Single)):F2} of f32's, "
                + $"{Median(rates.Select(rate => rate.Packed / rate.Peer)):F2} of llama.cpp's ({Median(rates.Select(rate => rate.Peer)):N1})");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
