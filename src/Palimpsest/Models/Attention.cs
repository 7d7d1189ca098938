using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Causal self-attention with rotary positions, grouped key-value heads and a cache.</summary>
public sealed class Attention(int layer, int heads, int keyValueHeads, int headWidth, Linear query, Linear key, Linear value, Linear output, RotaryEmbedding rotary, HookPoints hooks)
{
    // On a CPU the fused kernel is slower than two products below some 1,000 keys in bf16, and always faster in f32.
    private const long ShortForHalf = 1024;
    private readonly string _prefix = $"blocks.{layer}.attn.";
    private readonly Scalar _scale = Scalars.Of(1.0 / Math.Sqrt(headWidth));

    /// <summary>The query projection.</summary>
    public Linear Query { get; } = query;

    /// <summary>The key projection.</summary>
    public Linear Key { get; } = key;

    /// <summary>The value projection.</summary>
    public Linear Value { get; } = value;

    /// <summary>The output projection.</summary>
    public Linear Output { get; } = output;

    /// <summary>Attends.</summary>
    /// <param name="x">[batch, time, width]</param>
    /// <param name="scope">Positions, mask and cache.</param>
    /// <returns>[batch, time, width]</returns>
    public Tensor Forward(Tensor x, AttentionScope scope)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(scope);
        long batch = x.size(0), time = x.size(1);
        Tensor q = hooks.Apply(_prefix, "hook_q", Heads(rotary.Forward(Query.Forward(x), scope.Positions), heads)); // [batch, heads, time, head width]
        Tensor k = hooks.Apply(_prefix, "hook_k", Heads(rotary.Forward(Key.Forward(x), scope.Positions), keyValueHeads));
        Tensor v = hooks.Apply(_prefix, "hook_v", Heads(Value.Forward(x), keyValueHeads));
        if (scope.Cache is not null)
        {
            (k, v) = scope.Cache.Append(layer, k, v);
        }

        Tensor mixed = hooks.Apply(_prefix, "hook_z", Mix(q, Shared(k), Shared(v), scope.Mask)); // [batch, heads, time, head width]
        return Output.Forward(mixed.transpose(1, 2).reshape(batch, time, (long)heads * headWidth));
    }

    private Tensor Mix(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        long queries = q.size(2), keys = k.size(2);
        bool causal = mask is null && queries > 1;
        if (q.dtype == ScalarType.Float32 || keys > ShortForHalf || q.device_type != DeviceType.CPU)
        {
            return Kernels.Attention(q, k, v, mask, causal, _scale, grouped: false);
        }

        Tensor scores = q.matmul(k.transpose(-2, -1)).mul(_scale);
        if (causal)
        {
            using Tensor allowed = ones(queries, keys, ScalarType.Bool, q.device);
            using Tensor hidden = allowed.tril().logical_not();
            scores = scores.masked_fill(hidden, Scalars.NegativeInfinity);
        }
        else if (mask is not null)
        {
            scores = Ops.Add(scores, mask.to_type(scores.dtype));
        }

        return scores.softmax(-1).matmul(v);
    }

    private Tensor Heads(Tensor x, int count) => x.view(x.size(0), x.size(1), count, headWidth).transpose(1, 2);

    /// <summary>Gives every query head its key or value head; the gradient adds up over the group.</summary>
    private Tensor Shared(Tensor x)
    {
        int group = heads / keyValueHeads;
        return group == 1
            ? x
            : x.unsqueeze(2).expand(x.size(0), keyValueHeads, group, x.size(2), headWidth).reshape(x.size(0), heads, x.size(2), headWidth);
    }
}
