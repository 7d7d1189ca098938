using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Output matrix, softmax and cross-entropy in one: the logits exist only for a chunk of rows at a time, and their gradient overwrites them.</summary>
/// <remarks>
/// With p = softmax(W h + b): loss = sum over rows of -w ln p[target], dlogits = w (p - onehot), dh = dlogits W, dW = dlogits^T h, db = sum of dlogits. The
/// gradients are made in the forward pass and scaled in the
/// backward pass. A chunk of logits stays in the last-level cache: of the full matrix (4,096 tokens x 4,096 words: 67 MB) libtorch makes three.
/// </remarks>
internal sealed class LinearCrossEntropyFunction : SafeFunction<LinearCrossEntropyFunction>
{
    /// <summary>Weighted sum of the rows' losses in nats.</summary>
    /// <param name="hidden">[rows, width]</param>
    /// <param name="weight">[vocabulary, width], f32; cast to the type of <paramref name="hidden"/> for the product.</param>
    /// <param name="targets">One id a row, all valid.</param>
    /// <param name="bias">[vocabulary], f32, or null.</param>
    /// <param name="rowWeights">One constant a row; null for ones.</param>
    /// <returns>One f32 number.</returns>
    public static Tensor Apply(Tensor hidden, Tensor weight, long[] targets, Tensor? bias = null, float[]? rowWeights = null)
    {
        bool differentiates = is_grad_enabled() && (hidden.requires_grad || weight.requires_grad || bias?.requires_grad == true);
        return apply(hidden.contiguous(), weight, bias!, new Call(targets, rowWeights, differentiates, weight.requires_grad, bias?.requires_grad == true))[0];
    }

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor hidden = (Tensor)arguments[0]!, weight = (Tensor)arguments[1]!;
        Tensor? bias = arguments[2] as Tensor;
        Call call = (Call)arguments[3]!;
        int vocabulary = (int)weight.size(0);
        using Tensor matrix = weight.dtype == hidden.dtype ? weight.alias() : weight.to_type(hidden.dtype);
        using Tensor transposed = matrix.t();
        Tensor? hiddenGradient = call.Differentiates ? empty_like(hidden) : null;
        Tensor? weightGradient = call.Differentiates && call.WeightTrains ? zeros_like(weight) : null;
        Tensor? biasGradient = call.Differentiates && call.BiasTrains ? zeros_like(bias!) : null;
        long rows = hidden.size(0), chunk = LogitChunks.Rows(vocabulary);
        double loss = 0;
        for (long begin = 0; begin < rows; begin += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(chunk, rows - begin);
            Tensor part = hidden.narrow(0, begin, count);
            Tensor logits = part.mm(transposed); // [count, vocabulary]
            if (bias is not null)
            {
                Ops.AddInPlace(logits, bias.to_type(logits.dtype));
            }

            loss += Softmax(logits, (int)begin, call);
            if (hiddenGradient is not null)
            {
                hiddenGradient.narrow(0, begin, count).copy_(logits.mm(matrix));
            }

            if (biasGradient is not null)
            {
                Ops.AddInPlace(biasGradient, logits.to_type(biasGradient.dtype).sum(dim: 0));
            }

            if (weightGradient is not null)
            {
                if (logits.dtype == weightGradient.dtype)
                {
                    weightGradient.addmm_(logits.t(), part, 1f, 1f); // [vocabulary, width]
                }
                else
                {
                    Ops.AddInPlace(weightGradient, logits.t().mm(part).to_type(weightGradient.dtype));
                }
            }
        }

        context.save_for_backward([hiddenGradient!, weightGradient!, biasGradient!]);
        return [tensor((float)loss)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        Tensor factor = gradients[0]!;
        return [saved[0]?.mul(factor.to_type(saved[0].dtype)), saved[1]?.mul(factor), saved[2]?.mul(factor), null];
    }

    /// <summary>Adds up the losses of the rows and turns logits into dlogits in place if asked to.</summary>
    private static double Softmax(Tensor logits, int first, Call call)
    {
        int width = (int)logits.size(1);
        RowAccess access = RowAccess.Of(logits, width);
        int lanes = Lanes.Count(access.Rows, width);
        double[] losses = new double[lanes];
        Lanes.For(lanes, access.Rows, (lane, begin, end) =>
        {
            float[] scratch = new float[2 * width];
            double total = 0;
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> values = access.Read(row, scratch.AsSpan(0, width));
                int target = (int)call.Targets[first + (int)row];
                float rowWeight = call.RowWeights?[first + (int)row] ?? 1f;
                float score = values[target], max = RowSoftmax.Max(values);
                Span<float> exponentials = call.Differentiates ? access.Target(row, scratch.AsSpan(width, width)) : scratch.AsSpan(width, width);
                double sum = RowSoftmax.Exponentials(values, max, exponentials);
                total += rowWeight * (Math.Log(sum) + max - score);
                if (call.Differentiates)
                {
                    RowSoftmax.Scale(exponentials, (float)(rowWeight / sum));
                    exponentials[target] -= rowWeight;
                    access.Commit(row, exponentials);
                }
            }

            losses[lane] = total;
        });
        return losses.Sum();
    }

    private sealed record Call(long[] Targets, float[]? RowWeights, bool Differentiates, bool WeightTrains, bool BiasTrains);
}
