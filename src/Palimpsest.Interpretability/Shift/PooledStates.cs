using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Shift;

/// <summary>The mean of a model's states over the tokens of each text, special ones left out.</summary>
/// <param name="model">The model.</param>
/// <param name="hook">Where the states are read; nothing behind it is computed.</param>
/// <param name="special">Tokens that are left out.</param>
public sealed class PooledStates(CausalModel model, string hook, IReadOnlyList<int> special)
{
    private const int TokensPerPass = 2048;

    private readonly HashSet<long> _special = [.. special.Select(id => (long)id)];

    /// <summary>The batches of texts.</summary>
    /// <param name="documents">Tokens of each text.</param>
    public static IEnumerable<(TokenBatch Batch, int First)> Batches(IReadOnlyList<int[]> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        for (int from = 0, to; from < documents.Count; from = to)
        {
            int longest = 0;
            for (to = from; to < documents.Count && (to == from || (to + 1 - from) * Math.Max(longest, documents[to].Length) <= TokensPerPass); to++)
            {
                longest = Math.Max(longest, documents[to].Length);
            }

            yield return (TokenBatch.Of([.. Enumerable.Range(from, to - from).Select(i => new TokenSequence(documents[i], 0))]), from);
        }
    }

    /// <summary>A row a text.</summary>
    /// <param name="documents">Tokens of each text.</param>
    public float[][] Of(IReadOnlyList<int[]> documents)
    {
        List<float[]> rows = [];
        foreach ((TokenBatch batch, _) in Batches(documents))
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            rows.AddRange(TensorBytes.ToArray(Pooled(batch)).Chunk(model.Config.HiddenSize));
        }

        return [.. rows];
    }

    /// <summary>The pooled states of a batch, [batch, width], with gradients where hooks ask for them.</summary>
    public Tensor Pooled(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor states = model.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time], device: model.Context.Device), AttentionScope.Of(batch, model.Context.Device),
            hook);
        return Mean(states, batch);
    }

    /// <summary>The mean over a text's tokens of anything [batch, time, width].</summary>
    public Tensor Mean(Tensor values, TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(batch);
        long[] real = batch.RealTokens();
        Tensor kept = tensor(real.Select((one, i) => one == 1 && !_special.Contains(batch.Ids[i]) ? 1f : 0).ToArray(),
            [batch.Batch, batch.Time, 1]).to_type(values.dtype);
        return values.mul(kept).sum(dim: 1).div(kept.sum(dim: 1).clamp(min: Scalars.One));
    }
}
