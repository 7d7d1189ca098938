using Palimpsest.Torch;
using Palimpsest.Torch.Functions;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>
/// Attention with grouped key-value heads, a cache, and rotary positions where the family has them; over its input, or over another sequence.
/// </summary>
public sealed class Attention
{
    // On a CPU the fused kernel is slower than two products below some 1,000 keys in bf16, and always faster in f32.
    private const long ShortForHalf = 1024;
    private readonly int _layer;
    private readonly AttentionShape _shape;
    private readonly Func<Tensor, Tensor, (Tensor Query, Tensor Key, Tensor Value)> _project;
    private readonly RotaryEmbedding? _rotary;
    private readonly HookPoints _hooks;
    private readonly string _prefix;
    private readonly Scalar _scale;

    /// <summary>Builds the layer over its projections.</summary>
    /// <param name="layer">Number of the block.</param>
    /// <param name="shape">Heads and their width.</param>
    /// <param name="project">Queries [batch, time, heads * head width] of the first argument, keys and values [batch, keys, key-value heads * head width] of
    /// the second, which is the first in self-attention.</param>
    /// <param name="output">The output projection.</param>
    /// <param name="rotary">Turns queries and keys; null where positions are added to the embedding.</param>
    /// <param name="hooks">Where activations can be read and changed.</param>
    public Attention(
        int layer, AttentionShape shape, Func<Tensor, Tensor, (Tensor Query, Tensor Key, Tensor Value)> project, Linear output, RotaryEmbedding? rotary,
        HookPoints hooks)
    {
        _layer = layer;
        _shape = shape ?? throw new ArgumentNullException(nameof(shape));
        _project = project;
        Output = output;
        _rotary = rotary;
        _hooks = hooks;
        _prefix = $"blocks.{layer}.attn.";
        hooks.DeclareInBlock(layer, "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z");
        if (rotary is not null)
        {
            hooks.DeclareInBlock(layer, "attn.hook_rot_q", "attn.hook_rot_k");
        }

        _scale = Scalars.Of(1.0 / Math.Sqrt(shape.HeadWidth));
    }

    /// <summary>The output projection.</summary>
    public Linear Output { get; }

    /// <summary>Attends.</summary>
    /// <param name="x">[batch, time, width]</param>
    /// <param name="scope">Positions, mask and cache.</param>
    /// <param name="source">What keys and values are made of, [batch, keys, width]; null for <paramref name="x"/> itself.</param>
    /// <returns>[batch, time, width]</returns>
    public Tensor Forward(Tensor x, AttentionScope scope, Tensor? source = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(scope);
        long batch = x.size(0), time = x.size(1);
        (Tensor q, Tensor k, Tensor v) = _project(x, source ?? x);
        q = Hooked("hook_q", q, _shape.Heads);
        k = Hooked("hook_k", k, _shape.KeyValueHeads);
        v = Hooked("hook_v", v, _shape.KeyValueHeads);
        bool whole = scope.IsCausal && scope.Mask is null && scope.Cache is null && CausalAttentionFunction.Takes(q, _shape.HeadWidth);
        bool turnsInside = whole && !_hooks.Has(_prefix, "hook_rot_q") && !_hooks.Has(_prefix, "hook_rot_k");
        if (_rotary is not null && !turnsInside)
        {
            q = Hooked("hook_rot_q", _rotary.Forward(q, scope.Positions), _shape.Heads);
            k = Hooked("hook_rot_k", _rotary.Forward(k, scope.Positions), _shape.KeyValueHeads);
        }

        if (whole)
        {
            RotaryTurn? turn = turnsInside ? _rotary?.Turn(scope.Positions) : null;
            Tensor all = CausalAttentionFunction.Apply(q, k, v, _shape.HeadWidth, 1.0 / Math.Sqrt(_shape.HeadWidth), turn);
            return Output.Forward(Hooked("hook_z", all, _shape.Heads));
        }

        q = Heads(q, _shape.Heads); // [batch, heads, time, head width]
        k = Heads(k, _shape.KeyValueHeads);
        v = Heads(v, _shape.KeyValueHeads);
        if (scope.Cache is not null)
        {
            (k, v) = scope.Cache.Append(_layer, k, v);
        }

        Tensor mixed = _hooks.Apply(_prefix, "hook_z", Mix(q, Shared(k), Shared(v), scope).transpose(1, 2)); // [batch, time, heads, head width]
        return Output.Forward(mixed.reshape(batch, time, (long)_shape.Heads * _shape.HeadWidth));
    }

    /// <summary>A point in the layout of the projections, [batch, time, heads * head width]; its hooks see [batch, time, heads, head width].</summary>
    private Tensor Hooked(string point, Tensor x, int heads) =>
        _hooks.Has(_prefix, point) ? _hooks.Apply(_prefix, point, x.view(x.size(0), x.size(1), heads, _shape.HeadWidth)).reshape(x.shape) : x;

    private Tensor Mix(Tensor q, Tensor k, Tensor v, AttentionScope scope)
    {
        Tensor? mask = scope.Mask;
        long queries = q.size(2), keys = k.size(2);
        bool causal = scope.IsCausal && mask is null && queries > 1;
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

    private Tensor Heads(Tensor x, int count) => x.view(x.size(0), x.size(1), count, _shape.HeadWidth).transpose(1, 2);

    /// <summary>Gives every query head its key or value head; the gradient adds up over the group.</summary>
    private Tensor Shared(Tensor x)
    {
        int group = _shape.Heads / _shape.KeyValueHeads;
        return group == 1
            ? x
            : x.unsqueeze(2).expand(x.size(0), _shape.KeyValueHeads, group, x.size(2), _shape.HeadWidth).reshape(x.size(0), _shape.Heads, x.size(2), _shape.HeadWidth);
    }
}
