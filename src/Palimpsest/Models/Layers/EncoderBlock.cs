using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>A post-norm encoder block: norm(x + attention(x)), then norm(x + mlp(x)).</summary>
internal sealed class EncoderBlock(Attention attention, INorm attentionNorm, IFeedForward mlp, INorm mlpNorm)
{
    public Tensor Forward(Tensor x, AttentionScope scope)
    {
        using DisposeScope temporaries = NewDisposeScope();
        Tensor mid = attentionNorm.Last(x, attention.Forward(x, scope));
        return mlpNorm.Last(mid, mlp.Forward(mid)).MoveToOuterDisposeScope();
    }
}
