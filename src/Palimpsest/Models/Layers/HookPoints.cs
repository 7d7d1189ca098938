using System.Globalization;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Named points of a model where a tensor can be read, replaced or added to, in training and in generation.</summary>
/// <remarks>
/// Names: <c>hook_embed</c>, <c>blocks.I.hook_resid_pre</c>, <c>blocks.I.attn.hook_q|k|v|z</c>, <c>blocks.I.hook_attn_out</c>, <c>blocks.I.hook_resid_mid</c>, <c>blocks.I.hook_mlp_out</c>,
/// <c>blocks.I.hook_resid_post</c>, <c>hook_final_norm</c>. <c>hook_resid_post</c> of a block and <c>hook_resid_pre</c> of the next are the same tensor, called in this order. Gradients flow
/// through what a hook returns. A point without hooks costs nothing. In encoders, whose norms stand behind the additions, <c>hook_embed</c>,
/// <c>hook_resid_mid</c> and <c>hook_resid_post</c> are
/// the stream behind its norm (the <c>hidden_states</c> of transformers), and there is no <c>hook_final_norm</c>.
/// </remarks>
public sealed class HookPoints
{
    /// <summary>The point behind all blocks.</summary>
    internal const string FinalNorm = "hook_final_norm";

    private static readonly string[] s_inBlock =
    [
        "hook_resid_pre", "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z", "hook_attn_out", "hook_resid_mid", "hook_mlp_out", "hook_resid_post",
    ];

    private readonly Dictionary<string, List<Func<Tensor, Tensor>>> _hooks = new(StringComparer.Ordinal);

    /// <summary>Adds a hook; disposing the result takes it away.</summary>
    /// <param name="point">A name as in the remarks.</param>
    /// <param name="hook">Gets the tensor and returns it or another of the same shape. The tensor dies with the pass: copy what is to be kept.</param>
    public IDisposable Add(string point, Func<Tensor, Tensor> hook)
    {
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

    /// <summary>How many blocks of a model must run for a point to be reached; <c>hook_resid_pre</c> is seen at the end of the block before.</summary>
    /// <param name="point">A name as in the remarks; null for all blocks.</param>
    /// <param name="layers">Blocks of the model.</param>
    /// <exception cref="PalimpsestException">There is no such point.</exception>
    internal static int BlocksUntil(string? point, int layers)
    {
        if (point is null or FinalNorm)
        {
            return layers;
        }

        if (point == "hook_embed")
        {
            return 0;
        }

        string[] parts = point.Split('.', 3);
        return parts is ["blocks", string number, string name] && s_inBlock.Contains(name)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int block) && block < layers
                ? block + (name == s_inBlock[0] ? 0 : 1)
                : throw new PalimpsestException(
                    $"\"{point}\" is no hook point of a model with {layers} blocks. "
                    + $"There are hook_embed, {FinalNorm} and, for each block, blocks.0.{string.Join(", blocks.0.", s_inBlock)}.");
    }

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
