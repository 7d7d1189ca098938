using Palimpsest.Common;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Named points of a model where a tensor can be read, replaced or added to, in training and in generation.</summary>
/// <remarks>
/// Names and contents are those of TransformerLens without its folding of weights. Of the whole: <c>hook_embed</c> (the token embedding alone),
/// <c>hook_pos_embed</c> (the positions that are added
/// to it, in families that do), <c>hook_token_type_embed</c> (the types of tokens, likewise), <c>hook_final_norm</c> (of decoders, behind the final norm),
/// each [batch, time, width]. Of block I, behind <c>blocks.I.</c>:
/// <c>hook_resid_pre</c>,
/// <c>hook_attn_out</c>, <c>hook_resid_mid</c>, <c>hook_mlp_out</c>, <c>hook_resid_post</c> [batch, time, width]; <c>attn.hook_q</c>, <c>hook_k</c>,
/// <c>hook_v</c> before rotation,
/// <c>attn.hook_rot_q</c> and <c>hook_rot_k</c> behind it where the family rotates, <c>attn.hook_z</c> [batch, time, heads, head width], keys and values with
/// their own number of heads;
/// <c>mlp.hook_pre</c> (of a gated layer the gate), <c>mlp.hook_pre_linear</c> (what a gate multiplies), <c>mlp.hook_post</c> (what the last projection gets)
/// [batch, time, inner width].
/// <c>hook_resid_post</c> of a block and <c>hook_resid_pre</c> of the next are the same tensor, called in this order. Gradients flow through what a hook
/// returns. A point without hooks costs
/// nothing. In encoders, whose norms stand behind the additions, <c>hook_resid_mid</c> and <c>hook_resid_post</c> are the stream behind its norm (the
/// <c>hidden_states</c> of transformers).
/// </remarks>
public sealed class HookPoints
{
    /// <summary>The token embedding.</summary>
    internal const string Embed = "hook_embed";

    /// <summary>The positions that are added to it.</summary>
    internal const string PositionEmbed = "hook_pos_embed";

    /// <summary>The types of tokens that are added to it.</summary>
    internal const string TypeEmbed = "hook_token_type_embed";

    /// <summary>The point behind all blocks.</summary>
    internal const string FinalNorm = "hook_final_norm";

    /// <summary>The residual stream before a block.</summary>
    internal const string BlockInput = "hook_resid_pre";

    private readonly Dictionary<string, List<Func<Tensor, Tensor>>> _hooks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _blocksUntil = new(StringComparer.Ordinal);

    /// <summary>The names of the model's points.</summary>
    public IReadOnlyCollection<string> Names => _blocksUntil.Keys;

    /// <summary>Adds a hook; disposing the result takes it away.</summary>
    /// <param name="point">A name as in the remarks.</param>
    /// <param name="hook">Gets the tensor and returns it or another of the same shape. The tensor dies with the pass: copy what is to be kept.</param>
    /// <exception cref="PalimpsestException">The model has no such point.</exception>
    public IDisposable Add(string point, Func<Tensor, Tensor> hook)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (!_blocksUntil.ContainsKey(point))
        {
            throw Unknown(point);
        }

        if (!_hooks.TryGetValue(point, out List<Func<Tensor, Tensor>>? list))
        {
            _hooks.Add(point, list = []);
        }

        list.Add(hook);
        return new Removal(() =>
        {
            list.Remove(hook);
            if (list.Count == 0)
            {
                _hooks.Remove(point);
            }
        });
    }

    /// <summary>Says that the model has a point outside of its blocks.</summary>
    /// <param name="point">Its name.</param>
    /// <param name="blocks">How many blocks must run for it to be reached.</param>
    internal void Declare(string point, int blocks = 0) => _blocksUntil.TryAdd(point, blocks);

    /// <summary>Says that a block has points.</summary>
    /// <param name="layer">Number of the block.</param>
    /// <param name="names">Their names without the block's.</param>
    internal void DeclareInBlock(int layer, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            Declare($"blocks.{layer}.{name}", layer + (name == BlockInput ? 0 : 1));
        }
    }

    /// <summary>How many blocks of a model must run for a point to be reached; <c>hook_resid_pre</c> is seen at the end of the block before.</summary>
    /// <param name="point">A name as in the remarks; null for all blocks.</param>
    /// <param name="layers">Blocks of the model.</param>
    /// <exception cref="PalimpsestException">There is no such point.</exception>
    internal int BlocksUntil(string? point, int layers) =>
        point is null ? layers : _blocksUntil.TryGetValue(point, out int blocks) ? blocks : throw Unknown(point);

    /// <summary>Whether any point has hooks.</summary>
    internal bool Any => _hooks.Count > 0;

    /// <summary>Whether a point has hooks.</summary>
    internal bool Has(string prefix, string name) => _hooks.Count > 0 && _hooks.ContainsKey(prefix + name);

    /// <summary>Runs the hooks of a point in the order they were added.</summary>
    internal Tensor Apply(string prefix, string name, Tensor x)
    {
        if (_hooks.Count > 0 && _hooks.TryGetValue(prefix + name, out List<Func<Tensor, Tensor>>? hooks))
        {
            foreach (Func<Tensor, Tensor> hook in hooks.ToArray())
            {
                x = hook(x);
            }
        }

        return x;
    }

    private PalimpsestException Unknown(string point)
    {
        string meant = NearestName.Find(point, Names) is string near ? $"Did you mean {near}? " : "";
        string[] outside = [.. Names.Where(name => !name.StartsWith("blocks.", StringComparison.Ordinal))];
        string[] first = [.. Names.Where(name => name.StartsWith("blocks.0.", StringComparison.Ordinal))];
        int layers = Names.Count(name => name.EndsWith("." + BlockInput, StringComparison.Ordinal));
        return new PalimpsestException(
            $"\"{point}\" is no hook point of a model with {layers} blocks. {meant}"
            + $"There are {string.Join(", ", outside)} and, for each block, {string.Join(", ", first)}.");
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        private Action? _remove = remove;

        public void Dispose()
        {
            _remove?.Invoke();
            _remove = null;
        }
    }
}
