using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>A pre-norm decoder block. The MLP's output is not added at its end but handed on, so that the next norm can add and normalise in one pass.</summary>
public sealed class DecoderBlock(int layer, INorm attentionNorm, Attention attention, INorm mlpNorm, IFeedForward mlp, HookPoints hooks)
{
    private readonly string _prefix = Declared(hooks, layer);
    private readonly string _before = $"blocks.{layer - 1}.";

    /// <summary>The attention.</summary>
    public Attention Attention { get; } = attention;

    /// <summary>The layer behind the attention.</summary>
    public IFeedForward Mlp { get; } = mlp;

    /// <summary>Runs the block.</summary>
    /// <param name="residual">[batch, time, width]</param>
    /// <param name="branch">The MLP output of the block before, not yet added; null in the first block.</param>
    /// <param name="scope">Positions, mask and cache.</param>
    /// <returns>The residual stream before this block's MLP is added, and the MLP's output.</returns>
    public (Tensor Residual, Tensor Branch) Forward(Tensor residual, Tensor? branch, AttentionScope scope)
    {
        using DisposeScope temporaries = NewDisposeScope();
        (Tensor pre, Tensor x) = branch is null
            ? AddAndNormalise(attentionNorm, residual, null, (_prefix, "hook_resid_pre"))
            : AddAndNormalise(attentionNorm, residual, branch, (_before, "hook_resid_post"), (_prefix, "hook_resid_pre"));
        Tensor attended = hooks.Apply(_prefix, "hook_attn_out", Attention.Forward(x, scope));
        (Tensor mid, x) = AddAndNormalise(mlpNorm, pre, attended, (_prefix, "hook_resid_mid"));
        Tensor output = hooks.Apply(_prefix, "hook_mlp_out", Mlp.Forward(x));
        return (mid.MoveToOuterDisposeScope(), output.MoveToOuterDisposeScope());
    }

    /// <summary>Adds, lets the hooks of up to two points see the sum, and normalises; one fused pass when nobody is hooked.</summary>
    private (Tensor Residual, Tensor Normalised) AddAndNormalise(INorm norm, Tensor residual, Tensor? branch, params ReadOnlySpan<(string Prefix, string Name)> points)
    {
        Tensor? sum = Hooked(hooks, residual, branch, points);
        return sum is null ? norm.Forward(residual, branch) : norm.Forward(sum, null);
    }

    /// <summary>The sum as the hooks of the given points leave it, or null if none of them has a hook.</summary>
    internal static Tensor? Hooked(HookPoints hooks, Tensor residual, Tensor? branch, params ReadOnlySpan<(string Prefix, string Name)> points)
    {
        Tensor? sum = null;
        foreach ((string prefix, string name) in points)
        {
            if (hooks.Has(prefix, name))
            {
                sum = hooks.Apply(prefix, name, sum ?? (branch is null ? residual : Ops.Add(residual, branch)));
            }
        }

        return sum;
    }

    private static string Declared(HookPoints hooks, int layer)
    {
        hooks.DeclareInBlock(layer, HookPoints.BlockInput, "hook_attn_out", "hook_resid_mid", "hook_mlp_out", "hook_resid_post");
        return $"blocks.{layer}.";
    }
}
