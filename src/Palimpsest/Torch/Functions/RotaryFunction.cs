using System.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Rotary position embedding in the half-split form of the Llama checkpoints; the backward pass rotates back by the same angles.</summary>
/// <remarks>Su et al., RoFormer, arXiv 2104.09864: (a, b) -> (a cos - b sin, b cos + a sin) for a in the first half of a head and b in the second, at angle position * frequency.</remarks>
internal sealed class RotaryFunction : SafeFunction<RotaryFunction>
{
    /// <summary>Rotates all heads.</summary>
    /// <param name="x">[batch, time, heads * head width]</param>
    /// <param name="cosine">[positions, head width / 2], f32</param>
    /// <param name="sine">Same shape.</param>
    /// <param name="positions">Position of each token, [batch * time]: a row of the tables.</param>
    /// <param name="headWidth">Even.</param>
    /// <returns>Shape and type of <paramref name="x"/>.</returns>
    public static Tensor Apply(Tensor x, float[] cosine, float[] sine, int[] positions, int headWidth) => apply(x.contiguous(), cosine, sine, positions, headWidth)[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        for (int i = 1; i < 5; i++)
        {
            context.save_data(i.ToString(System.Globalization.CultureInfo.InvariantCulture), arguments[i]);
        }

        return [Rotate((Tensor)arguments[0]!, (float[])arguments[1]!, (float[])arguments[2]!, (int[])arguments[3]!, (int)arguments[4]!, 1f)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients) =>
    [
        Rotate(gradients[0]!.contiguous(), (float[])context.get_data("1"), (float[])context.get_data("2"), (int[])context.get_data("3"), (int)context.get_data("4"), -1f), null, null, null, null,
    ];

    private static Tensor Rotate(Tensor x, float[] cosine, float[] sine, int[] positions, int headWidth, float direction)
    {
        int width = (int)x.size(-1), half = headWidth / 2;
        Tensor output = empty_like(x);
        RowAccess source = RowAccess.Of(x, width), target = RowAccess.Of(output, width);
        Lanes.For(Lanes.Count(source.Rows, width), source.Rows, (_, begin, end) =>
        {
            float[] scratch = new float[2 * width];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> values = source.Read(row, scratch.AsSpan(0, width));
                Span<float> rotated = target.Target(row, scratch.AsSpan(width, width));
                ReadOnlySpan<float> cos = cosine.AsSpan(positions[row] * half, half), sin = sine.AsSpan(positions[row] * half, half);
                for (int head = 0; head < width; head += headWidth)
                {
                    int i = 0;
                    for (; i <= half - Vector<float>.Count; i += Vector<float>.Count)
                    {
                        Vector<float> a = new(values[(head + i)..]), b = new(values[(head + half + i)..]), c = new(cos[i..]), s = new Vector<float>(sin[i..]) * direction;
                        ((a * c) - (b * s)).CopyTo(rotated[(head + i)..]);
                        ((b * c) + (a * s)).CopyTo(rotated[(head + half + i)..]);
                    }

                    for (; i < half; i++)
                    {
                        float a = values[head + i], b = values[head + half + i], s = sin[i] * direction;
                        rotated[head + i] = (a * cos[i]) - (b * s);
                        rotated[head + half + i] = (b * cos[i]) + (a * s);
                    }
                }

                target.Commit(row, rotated);
            }
        });
        return output;
    }
}
