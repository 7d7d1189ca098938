using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>What a forward pass may attend to: positions, mask and cache, the same for all blocks.</summary>
/// <param name="Positions">Position of each token, [batch * time].</param>
/// <param name="Mask">Added to the scores, [batch, 1, time, keys]; null for plain causal attention.</param>
/// <param name="Cache">Past keys and values, or null.</param>
public sealed record AttentionScope(int[] Positions, Tensor? Mask = null, KeyValueCache? Cache = null)
{
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
}
