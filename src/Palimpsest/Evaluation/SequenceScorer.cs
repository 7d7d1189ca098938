using System.Runtime.InteropServices;
using Palimpsest.Data;
using Palimpsest.Models;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation;

/// <summary>Log-likelihoods of token sequences under a model.</summary>
public static class SequenceScorer
{
    // Bounds the activations of a pass; the logits are bounded apart, because vocabularies differ by a factor of 100.
    private const int TokensPerPass = 4096;
    private const int LogitsPerPass = 1 << 24;

    /// <summary>The sum of log p(token | tokens before it) over the tokens that are to be predicted (<see cref="TokenSequence.IsTarget"/>); the very first token has no probability and is left out.</summary>
    /// <param name="model">The model; in training mode or frozen alike.</param>
    /// <param name="sequences">None longer than the model's context.</param>
    /// <returns>In nats, one a sequence, in the order given.</returns>
    public static double[] LogLikelihoods(CausalModel model, IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        model.RequireLanguageModel();
        double[] results = new double[sequences.Count];
        int[] order = [.. Enumerable.Range(0, sequences.Count).OrderBy(i => sequences[i].Ids.Length)];
        for (int from = 0; from < order.Length;)
        {
            int to = from + 1;
            while (to < order.Length && (to + 1 - from) * sequences[order[to]].Ids.Length <= TokensPerPass)
            {
                to++;
            }

            Score(model, sequences, order.AsSpan(from, to - from), results);
            from = to;
        }

        return results;
    }

    private static void Score(CausalModel model, IReadOnlyList<TokenSequence> sequences, ReadOnlySpan<int> chosen, double[] results)
    {
        List<TokenSequence> rows = [];
        foreach (int index in chosen)
        {
            rows.Add(sequences[index]);
        }

        TokenBatch batch = TokenBatch.Of(rows);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(batch.Ids, [batch.Batch, batch.Time], device: model.Context.Device);
        Tensor hidden = model.Hidden(ids).view(-1, model.Config.HiddenSize); // [batch * time, width]
        int perPass = Math.Max(1, LogitsPerPass / model.Config.VocabularySize);
        for (int from = 0; from < batch.Rows.Length; from += perPass)
        {
            using DisposeScope pass = NewDisposeScope();
            int to = Math.Min(batch.Rows.Length, from + perPass);
            Tensor selected = hidden.index_select(0, tensor(batch.Rows[from..to], device: model.Context.Device));
            Tensor targets = tensor(batch.Targets[from..to], device: model.Context.Device).unsqueeze(1);
            Tensor logits = model.Logits(selected); // [rows, vocabulary]
            Tensor logProbabilities = Ops.Subtract(logits.gather(1, targets).squeeze(1), logits.logsumexp(1)).to(CPU);
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(logProbabilities.bytes);
            for (int i = 0; i < values.Length; i++)
            {
                results[chosen[(int)(batch.Rows[from + i] / batch.Time)]] += values[i];
            }
        }
    }
}
