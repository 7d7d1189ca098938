using System.Diagnostics;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Times the phases of a whole training step in their order: what the parts on their own do not show.</summary>
internal static class StepPhases
{
    private static readonly string[] s_names = ["zero gradients", "forward", "head + loss forward", "backward", "gradient norm", "AdamW"];

    public static void Print(CausalModel model, TokenBatch batch, int rounds)
    {
        using AdamW optimizer = new(model.Parameters.Flat!, new AdamWOptions());
        double[] best = [.. s_names.Select(_ => double.MaxValue)];
        for (int round = 0; round < rounds; round++)
        {
            using DisposeScope scope = NewDisposeScope();
            List<long> marks = [Stopwatch.GetTimestamp()];
            void Mark() => marks.Add(Stopwatch.GetTimestamp());
            model.Parameters.Flat!.ZeroGradients();
            Mark();
            Tensor hidden = model.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time]));
            Mark();
            Tensor loss = model.LossSum(hidden, batch.Rows, batch.Targets);
            Mark();
            Autograd.Backward(loss);
            Mark();
            Ops.Value(model.Parameters.Flat!.Gradients.norm());
            Mark();
            optimizer.Step(1e-4);
            Mark();
            for (int i = 0; i < best.Length; i++)
            {
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(marks[i], marks[i + 1]).TotalSeconds);
            }
        }

        Console.WriteLine($"  phases, best of {rounds}: {string.Join(", ", s_names.Zip(best, (name, seconds) => $"{name} {seconds * 1e3:F0} ms"))}; together {best.Sum() * 1e3:F0} ms");
    }
}
