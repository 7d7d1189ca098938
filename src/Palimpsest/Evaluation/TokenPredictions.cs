using Palimpsest.Data.Batches;
using Palimpsest.Metrics;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation;

/// <summary>What a model's distributions say about the tokens of a text, each predicted from the true ones before it (teacher forcing): what memorisation and
/// membership are measured from.</summary>
public static class TokenPredictions
{
    // Figures are computed in f64, whose copies of the logits are bounded apart from the activations of a pass.
    private const int TokensPerPass = 4096, LogitsPerPart = 1 << 22;

    /// <summary>Predicts the tokens of sequences that are to be predicted (<see cref="TokenSequence.IsTarget"/>).</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">None longer than the model's context.</param>
    /// <returns>One list a sequence, in the order given; empty for a sequence of which nothing is to be predicted.</returns>
    public static TokenPrediction[][] Of(CausalModel model, IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        TokenPrediction[][] found = new TokenPrediction[sequences.Count][];
        int[] order = [.. Enumerable.Range(0, sequences.Count).OrderBy(i => sequences[i].Ids.Length)];
        for (int from = 0, to; from < order.Length; from = to)
        {
            to = from + 1;
            while (to < order.Length && (to + 1 - from) * sequences[order[to]].Ids.Length <= TokensPerPass)
            {
                to++;
            }

            TokenPrediction[][] rows = Of(model, TokenBatch.Of([.. order[from..to].Select(i => sequences[i])]));
            for (int i = from; i < to; i++)
            {
                found[order[i]] = rows[i - from];
            }
        }

        return found;
    }

    /// <summary>Predicts the targets of a batch, in one pass.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Rows with their targets.</param>
    /// <returns>One list a row.</returns>
    public static TokenPrediction[][] Of(CausalModel model, TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        model.RequireLanguageModel();
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = model.Hidden(batch).view(-1, model.Config.HiddenSize); // [batch * time, width]
        List<TokenPrediction>[] rows = [.. Enumerable.Range(0, batch.Batch).Select(_ => new List<TokenPrediction>())];
        int perPart = Math.Max(1, LogitsPerPart / model.Config.VocabularySize);
        for (int from = 0; from < batch.Rows.Length; from += perPart)
        {
            int to = Math.Min(batch.Rows.Length, from + perPart);
            TokenPrediction[] part = Part(model, hidden, batch.Rows[from..to], batch.Targets[from..to]);
            for (int i = from; i < to; i++)
            {
                rows[batch.Rows[i] / batch.Time].Add(part[i - from]);
            }
        }

        return [.. rows.Select(row => row.ToArray())];
    }

    // μ = Σ p ln p, σ² = Σ p (ln p - μ)²
    private static TokenPrediction[] Part(CausalModel model, Tensor hidden, long[] at, long[] targets)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = model.Logits(hidden.index_select(0, tensor(at, device: hidden.device))).to_type(ScalarType.Float64); // [rows, vocabulary]
        Tensor log = Ops.Subtract(logits, logits.logsumexp(1, keepdim: true)).clamp(double.MinValue, 0); // an impossible token adds 0, not NaN
        Tensor p = log.exp(), mean = p.mul(log).sum(dim: 1); // [rows]
        Tensor distance = Ops.Subtract(log, mean.unsqueeze(1));
        double[] own = Numbers(log.gather(1, tensor(targets, device: hidden.device).unsqueeze(1)).squeeze(1)), means = Numbers(mean);
        double[] spreads = Numbers(p.mul(distance).mul(distance).sum(dim: 1).sqrt());
        using Tensor best = logits.argmax(1).to(CPU);
        long[] likeliest = [.. best.data<long>()];
        return [.. targets.Select((target, i) => new TokenPrediction(own[i], means[i], spreads[i], likeliest[i] == target))];
    }

    private static double[] Numbers(Tensor values)
    {
        using Tensor moved = values.to(CPU).contiguous();
        return [.. moved.data<double>()];
    }
}
