using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Measures how fast this machine multiplies matrices: machines differ by 40 times in bf16 against f32.</summary>
public static class MatmulPeak
{
    /// <summary>Best of several multiplications of square matrices.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="device">Device.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="repeats">Timed multiplications.</param>
    /// <returns>Floating-point operations per second, a multiplication and an addition counted as two.</returns>
    public static double Measure(ScalarType type, Device device, int size = 768, int repeats = 5)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor a = ones(size, size, type, device), b = ones(size, size, type, device);
        double best = double.MaxValue;
        for (int i = 0; i <= repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using Tensor c = a.matmul(b);
            _ = c.bytes.Length == 0; // waits for the result on an accelerator
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = i == 0 ? best : Math.Min(best, seconds);
        }

        return 2.0 * size * size * size / best;
    }

    /// <summary>bf16 if it is at least 1.2 times as fast as f32 here, else f32. Takes some 50 ms.</summary>
    public static ComputeType Faster(Device device) =>
        Measure(ScalarType.BFloat16, device, 384, 2) > 1.2 * Measure(ScalarType.Float32, device, 384, 3) ? ComputeType.Bf16 : ComputeType.F32;
}
