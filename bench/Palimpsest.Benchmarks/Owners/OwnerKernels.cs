using System.Runtime.InteropServices;
using Palimpsest.Models;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Benchmarks.Owners;

/// <summary>Speeds of merging, masking and serving on one thread, against a plain copy of as many bytes as the work must read and write at least.</summary>
internal static unsafe class OwnerKernels
{
    private const int Small = 1 << 20, Large = 100_000_000;
    private const double SecondsARound = 0.05;

    public static void Run(int rounds)
    {
        Console.WriteLine($"owners: GB/s of bytes that must be read and written (the floor), and as a share of the speed of a plain copy of as many, by turns, one thread; {rounds} pairs, median [range]");
        Console.WriteLine($"  {"kernel",-34} {"entries",12} {"bytes an entry",-38} {"GB/s",6} {"copy",6}  share of the copy");
        foreach (int count in new[] { Small, Large })
        {
            Spans(count, rounds);
        }

        Serving("base-v1", rounds);
        ServingLargeModel(rounds);
    }

    private static void Spans(int count, int rounds)
    {
        RandomStream random = new(1);
        float[] values = new float[count], target = new float[count];
        random.Fill(MemoryMarshal.Cast<float, uint>(values.AsSpan()));
        foreach (ref float value in values.AsSpan())
        {
            value = (BitConverter.SingleToUInt32Bits(value) / 4294967296f) - 0.5f;
        }

        values.CopyTo(target, 0);
        BitMask mask = new(count);
        mask.SetPositive<float>(0, values);
        using FixedPointAccumulator sum = new(count);
        sum.Add(0, values);
        SiftProjection projection = new(new SignVector(new RandomStream(3), count));
        using Copy copy = new(20L * count);
        int sign = 1;
        copy.Against("merge: FixedPointAccumulator.Add", count, "20: f32 and i64 read, i64 written", 20, rounds, () =>
        {
            // By turns with its inverse, which is the same code, so that sums do not grow with the rounds.
            if ((sign = -sign) < 0)
            {
                sum.Add(0, values);
            }
            else
            {
                sum.Subtract(0, values);
            }
        });
        copy.Against("merge: read the mean", count, "12: i64 read, f32 written", 12, rounds, () => sum.Read(0, target, 7));
        copy.Against("mask: BitMask.Apply", count, "8 1/8: f32 read and written, 1 bit", 8.125, rounds, () => mask.Apply(0, target));
        copy.Against("mask: take", count, "4 1/8: f32 read, 1 bit written", 4.125, rounds, () => mask.SetPositive<float>(0, values));
        copy.Against("tune: SiftProjection.Apply", count, "12: 2 f32 read, 1 written", 12, rounds, () => projection.Apply(0, target, values));
    }

    private static void Serving(string model, int rounds) => OwnersBenchmark.WithStore(
        new OwnerTuning { Steps = 1 },
        store =>
        {
            using OwnerReplay replay = new(store, new TorchContext(threads: 1));
            store.Join(replay.Tune("ada", OwnersBenchmark.Data(0, facts: 2, perFact: 1)), null);
            OwnerModel served = new(store, replay);
            int count = (int)store.Settings.Count;
            float[] merged = OwnerModel.Merged(store);
            BitMask mask = store.ReadMask(store.Find("ada"));
            using Copy copy = new(13L * count);
            copy.Against("serve: SiftTuner.Serve", count, "12 1/8: 2 f32 read, 1 written, 1 bit", 12.125, rounds, () => replay.Tuner.Serve(merged, mask));
            copy.Against("serve: OwnerModel.Switch", count, "12 1/8: the same", 12.125, rounds, () => served.Switch("ada"));
        },
        model);

    // A model of a hundred million trainable parameters with random weights.
    private static void ServingLargeModel(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest-model-").FullName;
        try
        {
            Tokenizer tokenizer = Tokenizer.Load(EmbeddedModels.Resolve(EmbeddedModels.Default));
            LlamaConfig config = new() { VocabularySize = tokenizer.VocabularySize, HiddenSize = 1024, IntermediateSize = 2752, Layers = 8, Heads = 8, KeyValueHeads = 8, HeadWidth = 128, ContextLength = 128 };
            using (LanguageModel model = new(CausalModel.Create(config, new TorchContext(threads: 1), new RandomStream(5)), tokenizer, "large"))
            {
                model.Save(folder);
            }

            Serving(folder, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The yardstick: a copy from one buffer to another that reads and writes together as many bytes as the kernel.</summary>
    private sealed class Copy : IDisposable
    {
        private readonly byte* _buffer;
        private readonly long _half;

        public Copy(long mostBytes)
        {
            _half = (mostBytes / 2 / 64 * 64) + 64;
            _buffer = (byte*)NativeMemory.AlignedAlloc((nuint)(2 * _half), 1 << 21);
            for (long at = 0; at < 2 * _half; at += 4096)
            {
                _buffer[at] = 1;
            }
        }

        public void Against(string what, int count, string counted, double bytesAnEntry, int rounds, Action kernel)
        {
            long half = (long)(bytesAnEntry * count / 2);
            kernel();
            int repeats = Math.Max(1, (int)(SecondsARound / PairTimes.Time(kernel)));
            void Repeat(Action action)
            {
                for (int i = 0; i < repeats; i++)
                {
                    action();
                }
            }

            PairTimes times = PairTimes.Of(rounds, () => Repeat(() => Buffer.MemoryCopy(_buffer, _buffer + _half, half, half)), () => Repeat(kernel));
            double bytes = 2.0 * half * repeats;
            (double median, double least, double most) = PairTimes.Spread(times.Yardstick.Zip(times.Measured, (copy, own) => copy / own));
            Console.WriteLine($"  {what,-34} {count,12:N0} {counted,-38} {bytes / PairTimes.Median(times.Measured) / 1e9,6:F1} {bytes / PairTimes.Median(times.Yardstick) / 1e9,6:F1}  {median:P0} [{least:P0}, {most:P0}]");
        }

        public void Dispose() => NativeMemory.AlignedFree(_buffer);
    }
}
