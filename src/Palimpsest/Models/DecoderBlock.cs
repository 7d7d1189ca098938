using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>A pre-norm decoder block. The MLP's output is not added at its end but handed on, so that the next norm can add and normalise in one pass.</summary>
public sealed class DecoderBlock(int layer, RmsNorm attentionNorm, Attention attention, RmsNorm mlpNorm, GatedMlp mlp, HookPoints hooks)
{
    private readonly string _prefix = $"blocks.{layer}.";
    private readonly string _before = $"blocks.{layer - 1}.";

    /// <summary>The attention.</summary>
    public Attention Attention { get; } = attention;

    /// <summary>The gated layer.</summary>
    public GatedMlp Mlp { get; } = mlp;

    /// <summary>Runs the block.</summary>
    /// <param name="residual">[batch, time, width]</param>
    /// <param name="branch">The MLP output of the block before, not yet added; null in the first block.</param>
    /// <param name="scope">Positions, mask and cache.</param>
    /// <returns>The residual stream before this block's MLP is added, and the MLP's output.</returns>
    public (Tensor Residual, Tensor Branch) Forward(Tensor residual, Tensor? branch, AttentionScope scope)
    {
        using DisposeScope temporaries = NewDisposeScope();
        (Tensor pre, Tensor x) = AddAndNormalise(attentionNorm, residual, branch, hooks, (_before, "hook_resid_post"), (_prefix, "hook_resid_pre"));
        Tensor attended = hooks.Apply(_prefix, "hook_attn_out", Attention.Forward(x, scope));
        (Tensor mid, x) = AddAndNormalise(mlpNorm, pre, attended, hooks, (_prefix, "hook_resid_mid"), default);
        Tensor output = hooks.Apply(_prefix, "hook_mlp_out", Mlp.Forward(x));
        return (mid.MoveToOuterDisposeScope(), output.MoveToOuterDisposeScope());
    }

    /// <summary>Adds, lets the hooks of up to two points see the sum, and normalises; one fused pass when nobody is hooked.</summary>
    internal static (Tensor Residual, Tensor Normalised) AddAndNormalise(RmsNorm norm, Tensor residual, Tensor? branch, HookPoints hooks, (string Prefix, string Name) first, (string Prefix, string Name) second)
    {
        bool firstHooked = branch is not null && hooks.Has(first.Prefix, first.Name), secondHooked = second.Name is not null && hooks.Has(second.Prefix, second.Name);
        if (!firstHooked && !secondHooked)
        {
            return norm.Forward(residual, branch);
        }

        Tensor sum = branch is null ? residual : Ops.Add(residual, branch);
        sum = firstHooked ? hooks.Apply(first.Prefix, first.Name, sum) : sum;
        sum = secondHooked ? hooks.Apply(second.Prefix, second.Name!, sum) : sum;
        return norm.Forward(sum, null);
    }
}
