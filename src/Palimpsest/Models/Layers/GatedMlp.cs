using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The gated layer: down(silu(gate(x)) * up(x)).</summary>
public sealed class GatedMlp : IFeedForward
{
    private readonly HookPoints _hooks;
    private readonly string _prefix;

    /// <summary>Builds the layer over its projections.</summary>
    /// <param name="layer">Number of the block.</param>
    /// <param name="gate">The gate projection.</param>
    /// <param name="up">The up projection.</param>
    /// <param name="down">The down projection.</param>
    /// <param name="hooks">Where activations can be read and changed.</param>
    public GatedMlp(int layer, Linear gate, Linear up, Linear down, HookPoints hooks)
    {
        ArgumentNullException.ThrowIfNull(hooks);
        (Gate, Up, Down, _hooks, _prefix) = (gate, up, down, hooks, $"blocks.{layer}.mlp.");
        hooks.DeclareInBlock(layer, "mlp.hook_pre", "mlp.hook_pre_linear", "mlp.hook_post");
    }

    /// <summary>The gate projection.</summary>
    public Linear Gate { get; }

    /// <summary>The up projection.</summary>
    public Linear Up { get; }

    /// <summary>The down projection.</summary>
    public Linear Down { get; }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x)
    {
        Tensor[] parts = Linear.ForwardAll(x, Gate, Up);
        Tensor pre = _hooks.Apply(_prefix, "hook_pre", parts[0]), linear = _hooks.Apply(_prefix, "hook_pre_linear", parts[1]);
        return Down.Forward(_hooks.Apply(_prefix, "hook_post", SwiGluFunction.Apply(pre, linear)));
    }
}
