using System.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>The gated activation silu(gate) * up, one pass each way; the sigmoid is computed again in the backward pass instead of being kept.</summary>
/// <remarks>Shazeer, GLU Variants Improve Transformer, arXiv 2002.05202. silu(g) = g * sigmoid(g); d silu = sigmoid(g) * (1 + g * (1 - sigmoid(g))).</remarks>
internal sealed class SwiGluFunction : SafeFunction<SwiGluFunction>
{
    /// <summary>silu(gate) * up.</summary>
    /// <param name="gate">[..., width]</param>
    /// <param name="up">Same shape and type.</param>
    /// <returns>Same shape and type.</returns>
    public static Tensor Apply(Tensor gate, Tensor up) => KernelChoice.IsManaged(gate)
        ? apply(gate.contiguous(), up.contiguous())[0] : ComposedForms.SwiGlu(gate, up);

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor gate = (Tensor)arguments[0]!, up = (Tensor)arguments[1]!, output = empty_like(gate);
        int width = (int)gate.size(-1);
        RowAccess g = RowAccess.Of(gate, width), u = RowAccess.Of(up, width), y = RowAccess.Of(output, width);
        Lanes.For(Lanes.Count(g.Rows, width), g.Rows, (_, begin, end) =>
        {
            float[] scratch = new float[3 * width];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> gates = g.Read(row, scratch.AsSpan(0, width)), ups = u.Read(row, scratch.AsSpan(width, width));
                Span<float> target = y.Target(row, scratch.AsSpan(2 * width, width));
                int i = 0;
                for (; i <= width - Vector<float>.Count; i += Vector<float>.Count)
                {
                    Vector<float> x = new(gates[i..]);
                    (x * FastMath.Sigmoid(x) * new Vector<float>(ups[i..])).CopyTo(target[i..]);
                }

                for (; i < width; i++)
                {
                    target[i] = gates[i] / (1f + MathF.Exp(-gates[i])) * ups[i];
                }

                y.Commit(row, target);
            }
        });
        context.save_for_backward([gate, up]);
        return [output];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        Tensor outputGradient = gradients[0]!.contiguous(), gateGradient = empty_like(saved[0]), upGradient = empty_like(saved[1]);
        int width = (int)outputGradient.size(-1);
        RowAccess g = RowAccess.Of(saved[0], width), u = RowAccess.Of(saved[1], width), dy = RowAccess.Of(outputGradient, width);
        RowAccess dg = RowAccess.Of(gateGradient, width), du = RowAccess.Of(upGradient, width);
        Lanes.For(Lanes.Count(g.Rows, width), g.Rows, (_, begin, end) =>
        {
            float[] scratch = new float[5 * width];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> gates = g.Read(row, scratch.AsSpan(0, width)), ups = u.Read(row, scratch.AsSpan(width, width)), d = dy.Read(row, scratch.AsSpan(2 * width, width));
                Span<float> gateTarget = dg.Target(row, scratch.AsSpan(3 * width, width)), upTarget = du.Target(row, scratch.AsSpan(4 * width, width));
                int i = 0;
                for (; i <= width - Vector<float>.Count; i += Vector<float>.Count)
                {
                    Vector<float> x = new(gates[i..]), s = FastMath.Sigmoid(x), silu = x * s, gradient = new(d[i..]);
                    (gradient * silu).CopyTo(upTarget[i..]);
                    (gradient * new Vector<float>(ups[i..]) * (s + (silu * (Vector<float>.One - s)))).CopyTo(gateTarget[i..]);
                }

                for (; i < width; i++)
                {
                    float s = 1f / (1f + MathF.Exp(-gates[i])), silu = gates[i] * s;
                    upTarget[i] = d[i] * silu;
                    gateTarget[i] = d[i] * ups[i] * (s + (silu * (1f - s)));
                }

                dg.Commit(row, gateTarget);
                du.Commit(row, upTarget);
            }
        });
        return [gateGradient, upGradient];
    }
}
