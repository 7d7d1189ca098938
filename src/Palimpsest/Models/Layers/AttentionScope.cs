using Palimpsest.Data.Batches;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>What a forward pass may attend to: positions, mask and cache, the same for all blocks.</summary>
/// <param name="Positions">Position of each token, [batch * time].</param>
/// <param name="Mask">Added to the scores, [batch, 1, time, keys]; null where <see cref="IsCausal"/> says all.</param>
/// <param name="Cache">Past keys and values, or null.</param>
public sealed record AttentionScope(int[] Positions, Tensor? Mask = null, KeyValueCache? Cache = null)
{
    /// <summary>Whether, without a mask, a token sees only those up to itself; else it sees all.</summary>
    /// <value>The default is true.</value>
    public bool IsCausal { get; init; } = true;

    /// <summary>What a mask adds to the score of a key that must not be seen; finite, so that a row that sees nothing stays finite too.</summary>
    internal const float Hidden = -1e9f;

    /// <summary>Plain causal attention over sequences that begin at position 0 (padding, if any, on the right).</summary>
    public static AttentionScope Causal(long batch, long time)
    {
        int[] positions = new int[batch * time];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = (int)(i % time);
        }

        return new AttentionScope(positions);
    }

    /// <summary>Attention of every token to all real ones.</summary>
    /// <param name="mask">[batch, time], int64: 1 for real tokens, 0 for padding; null if all are real. What is made of it belongs to the caller's
    /// scope.</param>
    internal static AttentionScope Everywhere(Tensor? mask)
    {
        if (mask is null)
        {
            return new AttentionScope([]) { IsCausal = false };
        }

        long batch = mask.size(0), time = mask.size(1);
        Tensor added = mask.eq(Scalars.Of(0L)).to_type(ScalarType.Float32).mul(Scalars.Of((double)Hidden)); // [batch, time]
        return new AttentionScope([], added.view(batch, 1, 1, time).expand(batch, 1, time, time)) { IsCausal = false };
    }

    /// <summary>The scope of a training batch: of a packed one positions begin anew with each document, and a token sees only its own document up to
    /// itself.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="device">Where the mask is to lie; it belongs to the caller's scope.</param>
    public static AttentionScope Of(TokenBatch batch, Device device)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Documents is not long[] documents)
        {
            return batch.Positions is null ? Causal(batch.Batch, batch.Time) : new AttentionScope([.. batch.Positions.Select(position => (int)position)]);
        }

        Tensor mask = MaskOf(batch, device, (query, key) => documents[key] == documents[query]);
        int[] positions = batch.Positions is null ? Causal(batch.Batch, batch.Time).Positions : [.. batch.Positions.Select(position => (int)position)];
        return new AttentionScope(positions, mask);
    }

    /// <summary>The scope of a batch in which padding sees the real tokens of its row but no padding, as libraries that mask padded keys compute it. Real
    /// tokens
    /// see what they see in <see cref="Of"/>.</summary>
    /// <param name="batch">A batch with <see cref="TokenBatch.Lengths"/>, not packed.</param>
    /// <param name="device">Where the mask is to lie; it belongs to the caller's scope.</param>
    internal static AttentionScope WithoutPaddedKeys(TokenBatch batch, Device device)
    {
        long[] real = batch.RealTokens();
        return new AttentionScope(Causal(batch.Batch, batch.Time).Positions, MaskOf(batch, device, (_, key) => real[key] == 1));
    }

    // Causal, and by a rule over the indices of query and key in the batch.
    private static Tensor MaskOf(TokenBatch batch, Device device, Func<int, int, bool> sees)
    {
        int time = batch.Time;
        float[] mask = new float[(long)batch.Batch * time * time];
        for (int query = 0; query < batch.Batch * time; query++)
        {
            Span<float> keys = mask.AsSpan(query * time, time);
            int first = query - (query % time);
            keys.Fill(Hidden);
            for (int key = first; key <= query; key++)
            {
                keys[key - first] = sees(query, key) ? 0f : Hidden;
            }
        }

        return tensor(mask, [batch.Batch, 1, time, time], device: device);
    }
}
