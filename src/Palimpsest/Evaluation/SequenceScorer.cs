using System.Runtime.InteropServices;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
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

    // The mask of a longer row costs more than the tokens that sharing saves.
    private const int LongestBranchedRow = 1024;

    /// <summary>The sum of log p(token | tokens before it) over the tokens that are to be predicted (<see cref="TokenSequence.IsTarget"/>); the very first token has no probability and is left out.</summary>
    /// <remarks>Neighbours with the same tokens before the first that is scored, such as the answers to one question, are computed together, and what they share once.</remarks>
    /// <param name="model">The model; in training mode or frozen alike.</param>
    /// <param name="sequences">None longer than the model's context.</param>
    /// <returns>In nats, one a sequence, in the order given.</returns>
    public static double[] LogLikelihoods(CausalModel model, IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        model.RequireLanguageModel();
        double[] results = new double[sequences.Count];
        List<int[]> families = [], single = [];
        foreach (int[] family in Families(sequences, Math.Min(LongestBranchedRow, model.Config.ContextLength)))
        {
            (family.Length > 1 ? families : single).Add(family);
        }

        foreach (int[][] pass in Passes(single, family => sequences[family[0]].Ids.Length))
        {
            TokenBatch batch = TokenBatch.Of([.. pass.Select(family => sequences[family[0]])]);
            Score(model, batch.Ids, batch.Batch, _ => AttentionScope.Causal(batch.Batch, batch.Time), batch.Rows, batch.Targets, i => pass[batch.Rows[i] / batch.Time][0], results);
        }

        foreach (int[][] pass in Passes(families, family => BranchedBatch.Length(sequences, family)))
        {
            BranchedBatch batch = BranchedBatch.Of(sequences, pass);
            Score(model, batch.Ids, batch.Batch, batch.Scope, [.. batch.Rows], [.. batch.Targets], i => batch.Owners[i], results);
        }

        return results;
    }

    private static IEnumerable<int[]> Families(IReadOnlyList<TokenSequence> sequences, int longest)
    {
        for (int from = 0, to; from < sequences.Count; from = to)
        {
            int length = sequences[from].Ids.Length - 1;
            for (to = from + 1; to < sequences.Count && BranchedBatch.AreFamily(sequences[from], sequences[to]); to++)
            {
                length += sequences[to].Ids.Length - sequences[to].LossFrom - 1;
                if (length > longest)
                {
                    break;
                }
            }

            yield return [.. Enumerable.Range(from, to - from)];
        }
    }

    /// <summary>Rows of similar lengths, as many as a pass may hold.</summary>
    private static IEnumerable<int[][]> Passes(List<int[]> families, Func<int[], int> length)
    {
        (int[] Family, int Length)[] order = [.. families.Select(family => (family, length(family))).OrderBy(item => item.Item2)];
        for (int from = 0, to; from < order.Length; from = to)
        {
            to = from + 1;
            while (to < order.Length && (to + 1 - from) * order[to].Length <= TokensPerPass)
            {
                to++;
            }

            yield return [.. order[from..to].Select(item => item.Family)];
        }
    }

    private static void Score(CausalModel model, long[] tokens, int batch, Func<Device, AttentionScope> attention, long[] rows, long[] targets, Func<int, int> owner, double[] results)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(tokens, [batch, tokens.Length / batch], device: model.Context.Device);
        Tensor hidden = model.Hidden(ids, attention(model.Context.Device)).view(-1, model.Config.HiddenSize); // [batch * time, width]
        int perPass = Math.Max(1, LogitsPerPass / model.Config.VocabularySize);
        for (int from = 0; from < rows.Length; from += perPass)
        {
            using DisposeScope pass = NewDisposeScope();
            int to = Math.Min(rows.Length, from + perPass);
            Tensor selected = hidden.index_select(0, tensor(rows[from..to], device: model.Context.Device));
            Tensor next = tensor(targets[from..to], device: model.Context.Device).unsqueeze(1);
            Tensor logits = model.Logits(selected); // [rows, vocabulary]
            Tensor logProbabilities = Ops.Subtract(logits.gather(1, next).squeeze(1), logits.logsumexp(1)).to(CPU);
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(logProbabilities.bytes);
            for (int i = 0; i < values.Length; i++)
            {
                results[owner(from + i)] += values[i];
            }
        }
    }
}
