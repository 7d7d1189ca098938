using System.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Outputs from the active latents alone, and gradients for their rows of encoder and decoder alone: 2 k d operations a row instead of 2 m d, forward
/// and for
/// each of three gradients.</summary>
/// <remarks>
/// Gao et al., arXiv 2406.04093, appendix D. What was selected is a constant. Lanes share the latents, not the rows, so that sums do not depend on their
/// number.
/// </remarks>
internal sealed class SparseDecodeFunction : SafeFunction<SparseDecodeFunction>
{
    // x' = Σ_j v_j W_dec[j] + b_dec, v_j = relu(a W_enc[:, j] + b_enc[j]), a = x - b_dec
    /// <summary>The outputs.</summary>
    /// <param name="x">Inputs without b_dec, a constant, [rows, d] f32.</param>
    /// <param name="encoder">W_enc, [d, m].</param>
    /// <param name="encoderBias">b_enc, [m].</param>
    /// <param name="decoder">W_dec, [m, d].</param>
    /// <param name="bias">b_dec, [d].</param>
    /// <param name="places">The latents that are kept, [rows, k] int64.</param>
    /// <param name="values">Their values, at least 0, [rows, k].</param>
    /// <param name="centred">Whether b_dec was taken off the inputs.</param>
    public static Tensor Apply(Tensor x, Tensor encoder, Tensor encoderBias, Tensor decoder, Tensor bias, Tensor places, Tensor values, bool centred) =>
        apply(x, encoder, encoderBias, decoder, bias, places, values, centred)[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor[] given = [.. arguments.Take(7).Select(argument => ((Tensor)argument!).contiguous())];
        Tensor output = given[4].expand(given[0].shape).clone();
        int width = (int)output.size(1), kept = (int)given[5].size(1);
        long[] places = [.. given[5].data<long>()];
        float[] values = TensorBytes.ToArray(given[6]);
        RowAccess directions = RowAccess.Of(given[3], width), target = RowAccess.Of(output, width);
        Lanes.For(Lanes.Count(target.Rows, width * kept), target.Rows, (_, begin, end) =>
        {
            for (long row = begin; row < end; row++)
            {
                Span<float> sum = target.Target(row, []);
                for (long i = row * kept; i < (row + 1) * kept; i++)
                {
                    AddScaled(directions.Read(places[i], []), values[i], sum);
                }
            }
        });
        context.save_for_backward([given[0], given[1], given[3], given[5], given[6]]);
        context.save_data(nameof(Apply), (bool)arguments[7]!);
        return [output];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        (Tensor x, Tensor encoder, Tensor decoder, Tensor chosen, Tensor kept) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        Tensor gradient = gradients[0]!.contiguous(), encoderRows = zeros_like(decoder), decoderRows = zeros_like(decoder), biases = zeros(decoder.size(0));
        int width = (int)decoder.size(1), k = (int)chosen.size(1);
        long[] places = [.. chosen.data<long>()];
        float[] values = TensorBytes.ToArray(kept), slopes = new float[values.Length], biasRow = new float[decoder.size(0)];
        RowAccess g = RowAccess.Of(gradient, width), inputs = RowAccess.Of(x, width), directions = RowAccess.Of(decoder, width);
        Lanes.For(Lanes.Count(g.Rows, width * k), g.Rows, (_, begin, end) =>
        {
            for (long i = begin * k; i < end * k; i++)
            {
                slopes[i] = values[i] > 0 ? Vectors.Dot(g.Read(i / k, []), directions.Read(places[i], [])) : 0;
            }
        });
        RowAccess encoderTarget = RowAccess.Of(encoderRows, width), decoderTarget = RowAccess.Of(decoderRows, width);
        Lanes.For(Lanes.Count(g.Rows, width * k), decoder.size(0), (_, begin, end) =>
        {
            for (long i = 0; i < values.Length; i++)
            {
                if (values[i] > 0 && places[i] >= begin && places[i] < end)
                {
                    AddScaled(g.Read(i / k, []), values[i], decoderTarget.Target(places[i], []));
                    AddScaled(inputs.Read(i / k, []), slopes[i], encoderTarget.Target(places[i], []));
                    biasRow[places[i]] += slopes[i];
                }
            }
        });
        biases.copy_(tensor(biasRow));
        Tensor bias = gradient.sum(dim: 0);
        if ((bool)context.get_data(nameof(Apply)))
        {
            bias = Ops.Subtract(bias, encoder.matmul(biases));
        }

        return [null, encoderRows.t().contiguous(), biases, decoderRows, bias, null, null, null];
    }

    private static void AddScaled(ReadOnlySpan<float> row, float factor, Span<float> target)
    {
        Vector<float> scale = new(factor);
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.MultiplyAddEstimate(new Vector<float>(row[i..]), scale, new Vector<float>(target[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] += row[i] * factor;
        }
    }
}
