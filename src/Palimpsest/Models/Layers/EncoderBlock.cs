using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>A post-norm encoder block: norm(x + attention(x)), then norm(x + mlp(x)).</summary>
internal sealed class EncoderBlock(int layer, Attention attention, INorm attentionNorm, IFeedForward mlp, INorm mlpNorm, HookPoints hooks)
{
    private readonly string _prefix = Declared(hooks, layer);

    /// <summary>Runs the block.</summary>
    /// <param name="x">[batch, time, width]</param>
    /// <param name="scope">What a token may see.</param>
    /// <returns>[batch, time, width]; the hooks of <c>hook_resid_post</c> have not seen it yet.</returns>
    public Tensor Forward(Tensor x, AttentionScope scope)
    {
        using DisposeScope temporaries = NewDisposeScope();
        x = hooks.Apply(_prefix, "hook_resid_pre", x);
        Tensor mid = hooks.Apply(_prefix, "hook_resid_mid", attentionNorm.Last(x, hooks.Apply(_prefix, "hook_attn_out", attention.Forward(x, scope))));
        return mlpNorm.Last(mid, hooks.Apply(_prefix, "hook_mlp_out", mlp.Forward(mid))).MoveToOuterDisposeScope();
    }

    private static string Declared(HookPoints hooks, int layer)
    {
        hooks.DeclareInBlock(layer, HookPoints.BlockInput, "hook_attn_out", "hook_resid_mid", "hook_mlp_out", "hook_resid_post");
        return $"blocks.{layer}.";
    }
}
