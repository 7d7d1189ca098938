using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>What the managed kernels compute, composed of libtorch's operations: for other devices, and in f64 for finite differences. Slower, and
/// differentiated by libtorch.</summary>
internal static class ComposedForms
{
    /// <summary>The type in which statistics are computed: f64 for f64, else f32.</summary>
    public static ScalarType Precise(ScalarType type) => type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    // s = x + b;  r = 1 / sqrt(mean(s^2) + eps);  y = w s r
    public static (Tensor Normalised, Tensor Sum) RmsNorm(Tensor x, Tensor? branch, Tensor weight, double epsilon)
    {
        Tensor sum = branch is null ? x : Ops.Add(x, branch), precise = sum.to_type(Precise(x.dtype));
        Tensor scale = Ops.Shift(precise.square().mean([-1L], keepdim: true), epsilon).rsqrt();
        return (precise.mul(scale).mul(weight.to_type(precise.dtype)).to_type(x.dtype), sum);
    }

    // silu(g) u
    public static Tensor SwiGlu(Tensor gate, Tensor up) => nn.functional.silu(gate).mul(up);

    // (a, b) -> (a cos - b sin, b cos + a sin)
    /// <param name="x">[batch, time, heads * head width]</param>
    /// <param name="cosine">[batch * time, head width / 2]</param>
    /// <param name="sine">Same shape.</param>
    /// <param name="headWidth">Even.</param>
    public static Tensor Rotary(Tensor x, Tensor cosine, Tensor sine, int headWidth)
    {
        long half = headWidth / 2;
        Tensor precise = x.to_type(Precise(x.dtype)).view(x.size(0) * x.size(1), -1, headWidth); // [batch * time, heads, head width]
        Tensor a = precise.narrow(-1, 0, half), b = precise.narrow(-1, half, half), c = cosine.unsqueeze(1), s = sine.unsqueeze(1);
        return cat([Ops.Subtract(a.mul(c), b.mul(s)), Ops.Add(b.mul(c), a.mul(s))], -1).view(x.shape).to_type(x.dtype);
    }

    // ln p[target] = logit[target] - ln sum exp logits
    /// <param name="logits">[rows, vocabulary], f32 or f64.</param>
    /// <param name="targets">[rows], int64.</param>
    public static Tensor LogProbabilities(Tensor logits, Tensor targets) =>
        Ops.Subtract(logits.gather(1, targets.unsqueeze(1)).squeeze(1), logits.logsumexp(1));
}
