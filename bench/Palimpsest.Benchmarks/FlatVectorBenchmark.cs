using System.Diagnostics;
using Palimpsest.Numerics;

namespace Palimpsest.Benchmarks;

/// <summary>Times what merging and deletion do with each entry of a flat vector: one thread's processor time, the best of five rounds over 2^24 entries.</summary>
internal static class FlatVectorBenchmark
{
    private const int Entries = 1 << 24;

    public static void Run()
    {
        RandomStream random = new(1);
        uint[] words = new uint[Entries];
        random.Fill(words);
        float[] values = [.. words.Select(word => (word / 4294967296f) - 0.5f)], target = new float[Entries];
        using FixedPointAccumulator sum = new(Entries);
        SignVector signs = new(new RandomStream(3), Entries);
        BitMask mask = new(Entries);
        long[] codes = new long[Entries];
        ulong[] bits = new ulong[Entries / 64];
        Time("fixed point: quantise", () => sum.Format.Quantize(values, codes));
        Time("fixed point: add", () => sum.Add(0, values));
        Time("fixed point: read the mean", () => sum.Read(0, target, 7));
        Time("fixed point: hash", () => sum.ContentHash());
        Time("signs as bits", () => signs.ReadBits(0, bits));
        Time("signs as numbers", () => signs.Read(0, target));
        Time("mask: take", () => mask.SetPositive<float>(0, values));
        Time("mask: apply", () => mask.Apply(0, target));
        Time("mask: count", () => mask.PopCount());
        Time("top-k: mask of 20%", () => TopK.Mask(values, Entries / 5));
    }

    private static void Time(string what, Action action)
    {
        double best = double.MaxValue;
        for (int round = 0; round < 6; round++)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            action();
            double seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
            best = round == 0 ? best : Math.Min(best, seconds);
        }

        Console.WriteLine($"  {what,-28} {best / Entries * 1e9,6:F2} ns an entry");
    }
}
