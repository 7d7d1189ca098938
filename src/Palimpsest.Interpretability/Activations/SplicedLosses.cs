using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Activations;

/// <summary>What a change of a model's activations does to its predictions.</summary>
/// <remarks>Special tokens keep their activations, and what is predicted from them is not counted, as SAELens has it.</remarks>
public sealed class SplicedLosses
{
    private const int TokensPerPass = 2048;

    private readonly CausalModel _model;
    private readonly string _hook;
    private readonly string? _hookOut;
    private readonly List<TokenBatch> _batches = [];
    private readonly HashSet<long> _special;

    /// <summary>Losses over documents.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hook">Where activations are changed.</param>
    /// <param name="documents">Tokens of each document, no longer than the model's context.</param>
    /// <param name="special">Tokens that keep their activations.</param>
    /// <param name="hookOut">The point whose activations a change of those at <paramref name="hook"/> takes the place of, for transcoders; null for the
    /// same.</param>
    public SplicedLosses(CausalModel model, string hook, IReadOnlyList<int[]> documents, IEnumerable<int> special, string? hookOut = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        (_model, _hook, _special) = (model ?? throw new ArgumentNullException(nameof(model)), hook, [.. special.Select(id => (long)id)]);
        _hookOut = hookOut;
        for (int from = 0, to; from < documents.Count; from = to)
        {
            int longest = 0;
            for (to = from; to < documents.Count && (to == from || (to + 1 - from) * Math.Max(longest, documents[to].Length) <= TokensPerPass); to++)
            {
                longest = Math.Max(longest, documents[to].Length);
            }

            _batches.Add(TokenBatch.Of([.. Enumerable.Range(from, to - from).Select(i => new TokenSequence(documents[i], 1))]));
        }
    }

    /// <summary>Cross-entropy in nats of every token that is predicted from one that is not special, in the order of the documents.</summary>
    /// <param name="change">Gets activations [batch, time, ...] and where they are to stay [batch, time]; null for the model as it is.</param>
    public IReadOnlyList<double> CrossEntropies(Func<Tensor, Tensor, Tensor>? change = null)
    {
        List<double> losses = [];
        foreach (TokenBatch batch in _batches)
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            (long[] rows, long[] targets) = Counted(batch);
            if (rows.Length > 0)
            {
                losses.AddRange(TensorBytes.ToArray(_model.LogProbabilities(Hidden(batch, change), rows, targets)).Select(value => -(double)value));
            }
        }

        return losses;
    }

    /// <summary>Mean divergence in nats of the changed model's predictions from the model's own, at every token that is not special.</summary>
    /// <param name="change">As for <see cref="CrossEntropies"/>.</param>
    public double Divergence(Func<Tensor, Tensor, Tensor> change)
    {
        double sum = 0, count = 0;
        foreach (TokenBatch batch in _batches)
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            long[] real = batch.RealTokens();
            long[] rows = [.. Enumerable.Range(0, batch.Ids.Length).Where(i => real[i] == 1 && !_special.Contains(batch.Ids[i])).Select(i => (long)i)];
            Tensor clean = Hidden(batch, null).view(-1, _model.Config.HiddenSize), changed = Hidden(batch, change).view(-1, _model.Config.HiddenSize);
            foreach (long[] part in rows.Chunk(Math.Max(1, (1 << 22) / _model.Config.VocabularySize)))
            {
                using DisposeScope piece = NewDisposeScope();
                Tensor at = tensor(part, device: clean.device);
                Tensor p = _model.Logits(clean.index_select(0, at)).log_softmax(-1), q = _model.Logits(changed.index_select(0, at)).log_softmax(-1);
                sum += Ops.Number(p.exp().mul(Ops.Subtract(p, q)).sum());
                count += part.Length;
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }

    /// <summary>Sets activations to zero, which is what a score of recovery is measured against.</summary>
    public static Tensor Zero(Tensor x, Tensor keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        Tensor still = keep.view([.. keep.shape, .. Enumerable.Repeat(1L, (int)(x.dim() - keep.dim()))]);
        return where(still, x, zeros_like(x));
    }

    /// <summary>(CE zeroed - CE spliced) / (CE zeroed - CE clean): 1 loses nothing, 0 is as bad as zeros.</summary>
    public static double Recovered(double clean, double spliced, double zeroed) => (zeroed - spliced) / (zeroed - clean);

    private (long[] Rows, long[] Targets) Counted(TokenBatch batch)
    {
        int[] counted = [.. Enumerable.Range(0, batch.Rows.Length).Where(i => !_special.Contains(batch.Ids[batch.Rows[i]]))];
        return ([.. counted.Select(i => batch.Rows[i])], [.. counted.Select(i => batch.Targets[i])]);
    }

    private Tensor Hidden(TokenBatch batch, Func<Tensor, Tensor, Tensor>? change)
    {
        Tensor keep = tensor(batch.Ids.Select(_special.Contains).ToArray(), [batch.Batch, batch.Time], device: _model.Context.Device);
        Tensor? seen = null;
        using IDisposable? look = change is null || _hookOut is null ? null : _model.Hooks.Add(_hook, x => seen = x);
        using IDisposable? hook = change is null ? null : _hookOut is null ? _model.Hooks.Add(_hook, x => change(x, keep))
            : _model.Hooks.Add(_hookOut, y => where(keep.unsqueeze(-1), y, change(seen!, keep)));
        return _model.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time], device: _model.Context.Device), AttentionScope.Of(batch, _model.Context.Device));
    }
}
