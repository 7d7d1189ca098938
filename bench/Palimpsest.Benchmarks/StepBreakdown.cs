using System.Diagnostics;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Times the parts of a training step on their own, forward and backward, at the step's shapes: where the time goes.</summary>
internal static class StepBreakdown
{
    public static void Print(LlamaConfig config, TorchContext context, int batch, int time, double peak)
    {
        int width = config.HiddenSize, inner = config.IntermediateSize, layers = config.Layers;
        Tensor x = Leaf(context, batch, time, width), wide = Leaf(context, batch, time, inner), wide2 = Leaf(context, batch, time, inner);
        Tensor[] heads = [.. Enumerable.Range(0, 3).Select(_ => Leaf(context, batch, time, width))];
        Tensor square = Leaf32(width, width), up = Leaf32(inner, width), down = Leaf32(width, inner), head = Leaf32(config.VocabularySize, width), gain = Leaf32(width);
        RotaryEmbedding rotary = new(config.HeadWidth, config.RopeTheta);
        Attention attention =
            new(0, new AttentionShape(config.Heads, config.Heads, config.HeadWidth), (_, _) => (heads[0], heads[1], heads[2]),
            new Linear(square) { Operation = (_, y) => y }, rotary, new HookPoints());
        AttentionScope scope = AttentionScope.Causal(batch, time);
        long[] targets = [.. scope.Positions.Select(p => (long)p)];
        Tensor ids = tensor(targets, [batch, time]);
        Linear L(Tensor w) => new(w);
        double tokens = (double)batch * time;
        List<(string Name, double Seconds, double Flops)> parts =
        [
            ("linear d x d", 4 * layers * Time(() => L(square).Forward(x)), 6 * tokens * width * width * 4 * layers),
            ("linear d x inner", 2 * layers * Time(() => L(up).Forward(x)), 6 * tokens * width * inner * 2 * layers),
            ("linear inner x d", layers * Time(() => L(down).Forward(wide)), 6 * tokens * width * inner * layers),
            ("attention + rotary", layers * Time(() => attention.Forward(x, scope)), 7.0 * layers * time * width * tokens),
            ("add + norm", 2 * layers * Time(() => RmsNormFunction.Apply(x, x, gain, 1e-6, keepSum: false).Normalised), 0),
            ("gated activation", layers * Time(() => SwiGluFunction.Apply(wide, wide2)), 0),
            ("head + loss", Time(() => LinearCrossEntropyFunction.Apply(x.view(-1, width), head, targets)), 6 * tokens * width * config.VocabularySize),
            ("embedding", Time(() => Kernels.Embedding(head, ids)), 0),
        ];
        foreach ((string name, double seconds, double flops) in parts)
        {
            Console.WriteLine($"  {name,-18} {seconds * 1e3,7:F1} ms{(flops > 0 ? $"  {flops / seconds / peak,5:P0} of peak" : "")}");
        }

        Console.WriteLine($"  {"sum",-18} {parts.Sum(p => p.Seconds) * 1e3,7:F1} ms");
    }

    private static Tensor Leaf(TorchContext context, params long[] shape) => randn(shape).to_type(context.ScalarType).requires_grad_(true).DetachFromDisposeScope();

    private static Tensor Leaf32(params long[] shape) => randn(shape).mul_(0.05f).requires_grad_(true).DetachFromDisposeScope();

    private static double Time(Func<Tensor> forward)
    {
        double best = double.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            Tensor y = forward();
            Tensor gradient = ones_like(y);
            autograd.backward([y], [gradient]);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
