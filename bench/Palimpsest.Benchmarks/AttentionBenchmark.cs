using System.Diagnostics;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Causal attention of this engine against libtorch's fused kernel, alternately in one process, both from and to the layout of the projections, [batch, time, heads * width].</summary>
internal static class AttentionBenchmark
{
    private static readonly (int Batch, int Heads, int KeyHeads, int Time, int Width)[] s_shapes = [(16, 8, 8, 256, 32), (8, 8, 8, 256, 64), (1, 9, 3, 512, 64), (32, 8, 8, 32, 32), (64, 8, 8, 16, 32)];

    public static void Run(int rounds)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        double peak = MatmulPeak.Measure(ScalarType.Float32, context.Device, 1024);
        Console.WriteLine($"attention, f32, threads {context.Threads}, medians of {rounds} pairs: matmul peak {peak / 1e9:F0} GFLOP/s; FLOP of the lower triangle, 2 products forward and 5 back");
        foreach ((int batch, int heads, int keyHeads, int time, int width) in s_shapes)
        {
            Tensor q = Leaf(batch, time, heads * width), k = Leaf(batch, time, keyHeads * width), v = Leaf(batch, time, keyHeads * width), gradient = randn(batch, time, heads * width).DetachFromDisposeScope();
            Scalar scale = Scalars.Of(1.0 / Math.Sqrt(width));
            Tensor Heads(Tensor x, int count) => x.view(batch, time, count, width).transpose(1, 2);
            Tensor Shared(Tensor x) => keyHeads == heads ? Heads(x, keyHeads) : Heads(x, keyHeads).unsqueeze(2).expand(batch, keyHeads, heads / keyHeads, time, width).reshape(batch, heads, time, width);
            Tensor Ours() => CausalAttentionFunction.Apply(q, k, v, width, 1.0 / Math.Sqrt(width));
            Tensor Theirs() => Kernels.Attention(Heads(q, heads), Shared(k), Shared(v), null, true, scale, grouped: false).transpose(1, 2).reshape(batch, time, heads * width);
            List<(double Forward, double Both)> ours = [], theirs = [];
            for (int round = -2; round < rounds; round++)
            {
                (double Forward, double Both) mine = Time(Ours, gradient), other = Time(Theirs, gradient);
                if (round >= 0)
                {
                    ours.Add(mine);
                    theirs.Add(other);
                }
            }

            double flops = 2.0 * batch * heads * time * time * width;
            Console.WriteLine($"  {batch} x {time} tokens, {heads} heads ({keyHeads} of keys) of {width}");
            Print("forward", flops, peak, [.. ours.Select(x => x.Forward)], [.. theirs.Select(x => x.Forward)]);
            Print("forward + backward", 3.5 * flops, peak, [.. ours.Select(x => x.Both)], [.. theirs.Select(x => x.Both)]);
        }
    }

    private static void Print(string name, double flops, double peak, double[] ours, double[] theirs)
    {
        double mine = Median(ours), other = Median(theirs), ratio = Median([.. ours.Zip(theirs, (a, b) => b / a)]);
        Console.WriteLine($"    {name,-18}  ours {mine * 1e3,6:F2} ms ({flops / mine / peak,4:P0} of peak)   libtorch {other * 1e3,6:F2} ms ({flops / other / peak,4:P0})   ratio {ratio:F2}   best {ours.Min() * 1e3:F2} to {theirs.Min() * 1e3:F2} ms");
    }

    private static (double Forward, double Both) Time(Func<Tensor> forward, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        long start = Stopwatch.GetTimestamp();
        Tensor y = forward();
        double half = Stopwatch.GetElapsedTime(start).TotalSeconds;
        autograd.backward([y], [gradient]);
        return (half, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static Tensor Leaf(params long[] shape) => randn(shape).requires_grad_(true).DetachFromDisposeScope();
}
