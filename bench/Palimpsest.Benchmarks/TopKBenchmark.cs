using System.Numerics.Tensors;
using Palimpsest.Numerics;
using TorchSharp;

namespace Palimpsest.Benchmarks;

/// <summary>The mask of the k largest magnitudes against one pass over memory (a sum) and against torch.topk of the magnitudes, on one thread.</summary>
internal static class TopKBenchmark
{
    public static void Run(IReadOnlyList<int> sizes)
    {
        torch.set_num_threads(1);
        foreach (int n in sizes)
        {
            RandomStream random = new(1);
            float[] values = new float[n];
            for (int i = 0; i < n; i++)
            {
                // A sum of four uniform numbers: bell-shaped, and quick to make.
                ulong bits = random.NextUInt64();
                values[i] = ((ushort)bits + (ushort)(bits >> 16) + (ushort)(bits >> 32) + (ushort)(bits >> 48) - 131_070) / 37_837f;
            }

            using torch.Tensor tensor = torch.tensor(values);
            foreach (double density in (double[])[0.25, 1 / 16.0, 1 / 64.0])
            {
                long k = TopK.Count(n, density);
                int rounds = n > 1 << 24 ? 5 : 25;
                double[] times = CpuTime.Best(rounds, () => TensorPrimitives.Sum<float>(values), () => TopK.Mask(values, k));
                double[] torches = CpuTime.Best(n > 1 << 24 ? 1 : 5, () => Torch(tensor, (int)k));
                Console.WriteLine(
                    $"  {n} values, density {density:F4}: sum {times[0] * 1e3:F2} ms, mask {times[1] * 1e3:F2} ms ({times[1] / times[0]:F1} sums), "
                    + $"torch.topk {torches[0] * 1e3:F1} ms ({torches[0] / times[1]:F0} masks)");
            }
        }
    }

    private static void Torch(torch.Tensor values, int k)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.topk(values.abs(), k, sorted: false);
    }
}
