using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Palimpsest.Benchmarks;

/// <summary>How fast this machine reads memory: the yardstick of decoding, which reads all weights for every token.</summary>
internal static unsafe class MemoryBandwidth
{
    /// <summary>Best of several passes over a buffer far larger than the caches, by threads that sum it up.</summary>
    /// <returns>Bytes per second.</returns>
    public static double Measure(int threads, long bytes = 512L << 20, int repeats = 4)
    {
        byte* buffer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 1 << 21);
        try
        {
            new Span<byte>(buffer, (int)bytes).Fill(1);
            double best = double.MaxValue;
            float[] sums = new float[threads];
            for (int i = 0; i < repeats; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, lane => sums[lane] = Sum((float*)(buffer + (bytes / threads * lane)), bytes / threads / sizeof(float)));
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return bytes / best;
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    private static float Sum(float* x, long count)
    {
        int width = Vector<float>.Count;
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (float* end = x + count; x < end; x += 4 * width)
        {
            s0 += Vector.Load(x);
            s1 += Vector.Load(x + width);
            s2 += Vector.Load(x + (2 * width));
            s3 += Vector.Load(x + (3 * width));
        }

        return Vector.Sum(s0 + s1 + s2 + s3);
    }
}
