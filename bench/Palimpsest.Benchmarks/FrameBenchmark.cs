using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Benchmarks;

/// <summary>Writes and reads frames: gigabytes of the dense f32 vector a second of processor time, and the time in copies of that vector.</summary>
internal static class FrameBenchmark
{
    private static readonly FrameOptions s_bitmap = new() { Indices = IndexCodec.Bitmap };

    private static readonly (string Name, double Density, FrameOptions Options)[] s_cases =
    [
        ("f32", 1, new()), ("f16", 1, new() { Values = ValueCodec.F16 }), ("int8", 1, new() { Values = ValueCodec.Int8 }),
        ("int4", 1, new() { Values = ValueCodec.Int4 }), ("nf4", 1, new() { Values = ValueCodec.Nf4 }),
        ("f32 bitmap", 0.25, s_bitmap), ("f32 bitmap", 1 / 16.0, s_bitmap), ("f32 bitmap", 1 / 64.0, s_bitmap),
        ("f16 bitmap", 0.25, s_bitmap with { Values = ValueCodec.F16 }),
        ("f32 packed", 1 / 64.0, new() { Indices = IndexCodec.PackedIndex }), ("f32 rice", 0.25, new() { Indices = IndexCodec.GolombRice }),
        ("f32 rice", 1 / 64.0, new() { Indices = IndexCodec.GolombRice }), ("f32 cheapest", 0.25, new()), ("f32 cheapest", 1 / 64.0, new()),
    ];

    public static void Run()
    {
        foreach (int n in (int[])[597_514, 1 << 23])
        {
            RandomStream random = new(1);
            float[] values = [.. Enumerable.Range(0, n).Select(_ => (float)random.NextGaussian())], target = new float[n];
            double[] copies = CpuTime.Best(25, () => values.CopyTo(target), () => GC.KeepAlive(values.ToArray()));
            Console.WriteLine($"{n} values: copy {Rate(copies[0])}, copy into a new array {Rate(copies[1])}");
            foreach ((string name, double density, FrameOptions options) in s_cases)
            {
                BitMask? mask = density < 1 ? TopK.Mask(values, TopK.Count(n, density)) : null;
                byte[] frame = VectorFrame.Encode(values, mask, false, options);
                double[] times = CpuTime.Best(
                    25, () => VectorFrame.Encode(values, mask, false, options), () => VectorFrame.Decode(frame, target), () => values.CopyTo(target));
                Console.WriteLine($"  {name,-12} {density,7:F4}  {frame.Length,10} bytes  "
                    + $"encode {Rate(times[0])} ({times[0] / times[2]:F1} copies)  decode {Rate(times[1])} ({times[1] / times[2]:F1} copies)");
            }

            string Rate(double seconds) => $"{4e-9 * n / seconds,6:F2} GB/s";
        }
    }
}
