using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>What an output matrix says of given targets: cross-entropies and log-probabilities, without ever holding the scores of all rows.</summary>
/// <remarks>A plain matrix takes the fused kernels; with an adapter on it, on other devices or in f64 the same is composed of libtorch's operations, whose
/// scores are computed again in the backward pass.</remarks>
internal static class TokenHead
{
    /// <summary>Weighted sum of the cross-entropies in nats.</summary>
    /// <param name="head">The output matrix.</param>
    /// <param name="hidden">[rows, width]</param>
    /// <param name="targets">One id a row.</param>
    /// <param name="rowWeights">One constant a row; null for ones.</param>
    /// <param name="rewind">Remembers where random streams stand, for what is computed again; or null.</param>
    /// <returns>One number.</returns>
    public static Tensor CrossEntropy(Linear head, Tensor hidden, long[] targets, float[]? rowWeights, Func<Action>? rewind)
    {
        if (IsFused(head, hidden) && (head.Observer is null || !is_grad_enabled()))
        {
            return LinearCrossEntropyFunction.Apply(hidden, head.Weight, targets, head.Bias, rowWeights);
        }

        if (IsFused(head, hidden))
        {
            Tensor numbers = LogProbabilities(head, hidden, targets, null, rewind);
            return (rowWeights is null ? numbers : numbers.mul(tensor(rowWeights, device: hidden.device))).sum().neg();
        }

        // What is computed again uses nothing but its input: tensors around it have died by then.
        Device device = hidden.device;
        Tensor? total = null;
        foreach ((int from, int count) in Chunks(head, targets.Length))
        {
            Tensor loss = Composed(head, [hidden], from, count, rewind, (scores, _) =>
            {
                Tensor wanted = tensor(targets[from..(from + count)], device: device);
                return rowWeights is null
                    ? nn.functional.cross_entropy(scores, wanted, reduction: nn.Reduction.Sum)
                    : ComposedForms.LogProbabilities(scores, wanted).mul(tensor(rowWeights[from..(from + count)], device: device)).sum().neg();
            });
            total = total is null ? loss : Ops.Add(total, loss);
        }

        return total!;
    }

    /// <summary>Log-probabilities of the targets in nats.</summary>
    /// <param name="head">The output matrix.</param>
    /// <param name="hidden">[rows, width]</param>
    /// <param name="targets">One id a row, at least one.</param>
    /// <param name="statistics">Receives figures of the distributions; or null.</param>
    /// <param name="rewind">As above.</param>
    /// <returns>[rows]</returns>
    public static Tensor LogProbabilities(Linear head, Tensor hidden, long[] targets, TokenStatistics? statistics, Func<Action>? rewind)
    {
        if (IsFused(head, hidden))
        {
            return TokenLogProbabilitiesFunction.Apply(hidden, head.Weight, head.Bias, targets, statistics, head.Observer);
        }

        Device device = hidden.device;
        return Read(head, hidden, null, rewind, (scores, from, _) =>
        {
            if (statistics is not null)
            {
                Fill(statistics, from, scores, targets);
            }

            return ComposedForms.LogProbabilities(scores, tensor(targets[from..(from + (int)scores.size(0))], device: device));
        });
    }

    /// <summary>Reads something of the scores of all rows, a chunk of them at a time.</summary>
    /// <param name="head">The output matrix.</param>
    /// <param name="hidden">[rows, width]</param>
    /// <param name="beside">[rows, any], given to the reader with the scores; or null.</param>
    /// <param name="rewind">As above.</param>
    /// <param name="read">Gets scores [chunk, vocabulary], the number of their first row, and the rows beside; gives [chunk].</param>
    /// <returns>[rows]</returns>
    public static Tensor Read(Linear head, Tensor hidden, Tensor? beside, Func<Action>? rewind, Func<Tensor, int, Tensor?, Tensor> read) =>
        cat([.. Chunks(head, (int)hidden.size(0)).Select(chunk =>
            Composed(head, beside is null ? [hidden] : [hidden, beside], chunk.From, chunk.Count, rewind, (scores, other) => read(scores, chunk.From,
                other)))]);

    private static bool IsFused(Linear head, Tensor hidden) => head.IsDense && KernelChoice.IsManaged(hidden);

    private static IEnumerable<(int From, int Count)> Chunks(Linear head, int rows)
    {
        int chunk = LogitChunks.MostRows(head.Weight.size(0));
        for (int from = 0; from == 0 || from < rows; from += chunk)
        {
            yield return (from, Math.Min(chunk, rows - from));
        }
    }

    // The scores of a chunk die with it: where there are several, they are computed again in the backward pass.
    private static Tensor Composed(Linear head, Tensor[] rows, int from, int count, Func<Action>? rewind, Func<Tensor, Tensor?, Tensor> read)
    {
        Tensor[] parts = [.. rows.Select(whole => whole.narrow(0, from, count))]; // [chunk, width]
        Tensor[] Compute(Tensor[] inputs)
        {
            using DisposeScope temporaries = NewDisposeScope();
            Tensor scores = head.Forward(inputs[0]).to_type(ComposedForms.Precise(inputs[0].dtype)); // [chunk, vocabulary]
            return [read(scores, inputs.ElementAtOrDefault(1)).MoveToOuterDisposeScope()];
        }

        return count == rows[0].size(0) || !is_grad_enabled() ? Compute(parts)[0] : RecomputeFunction.Apply(Compute, rewind?.Invoke(), parts)[0];
    }

    private static void Fill(TokenStatistics statistics, int first, Tensor scores, long[] targets)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbabilities = scores.log_softmax(-1).to_type(ScalarType.Float64);
        double[] entropy = [.. logProbabilities.exp().mul(logProbabilities).sum(dim: 1).neg().data<double>()],
            means = [.. scores.to_type(ScalarType.Float64).mean([1L]).data<double>()];
        long[] best = [.. scores.argmax(1).data<long>()];
        for (int i = 0; i < best.Length; i++)
        {
            (statistics.Entropy[first + i], statistics.MeanLogit[first + i], statistics.IsArgmax[first + i]) =
                (entropy[i], means[i], best[i] == targets[first + i]);
        }
    }
}
