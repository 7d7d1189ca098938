using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Output matrix and log-softmax at the targets in one, a number a row with a gradient of its own; logits exist only for a chunk of rows at a time,
/// and are computed again in the backward pass.</summary>
/// <remarks>
/// With z = W h + b, l = ln sum e^z and g the gradient of a row's number: ln p = z[target] - l, dz = g (onehot - e^(z - l)), dh = dz W, dW = dz^T h, db = sum
/// of dz. Where the weights of the rows are known before, the
/// cross-entropy (<see cref="LinearCrossEntropyFunction"/>) makes its gradients in the forward pass and saves the second product.
/// </remarks>
internal sealed class TokenLogProbabilitiesFunction : SafeFunction<TokenLogProbabilitiesFunction>
{
    private const string CallKey = "call";

    /// <summary>Log-probabilities of the targets in nats.</summary>
    /// <param name="hidden">[rows, width], f32 or bf16.</param>
    /// <param name="weight">[vocabulary, width]; cast to the type of <paramref name="hidden"/> for the product.</param>
    /// <param name="bias">[vocabulary], f32, or null.</param>
    /// <param name="targets">One id a row, all valid.</param>
    /// <param name="statistics">Receives figures of the distributions; or null.</param>
    /// <param name="observer">Sees the rows and the gradients of their logits, chunk by chunk; or null.</param>
    /// <returns>[rows], f32.</returns>
    public static Tensor Apply(Tensor hidden, Tensor weight, Tensor? bias, long[] targets, TokenStatistics? statistics = null,
        IGradientObserver? observer = null) =>
        apply(hidden.contiguous(), weight, bias!,
            new Call(targets, statistics, observer, hidden.requires_grad, weight.requires_grad, bias?.requires_grad == true))[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor hidden = (Tensor)arguments[0]!, weight = (Tensor)arguments[1]!;
        Tensor? bias = arguments[2] as Tensor;
        Call call = (Call)arguments[3]!;
        Tensor result = empty(hidden.size(0), ScalarType.Float32), logSums = empty(hidden.size(0), ScalarType.Float32);
        RowAccess numbers = RowAccess.Of(result, 1), sums = RowAccess.Of(logSums, 1);
        ForEachChunk(hidden, weight, bias, (begin, _, logits, _) => Score(logits, begin, call, numbers, sums));
        context.save_data(CallKey, call);
        context.save_for_backward([hidden, weight, bias!, logSums]);
        return [result];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        Tensor hidden = saved[0], weight = saved[1], gradient = gradients[0]!.contiguous();
        Tensor? bias = saved[2];
        Call call = (Call)context.get_data(CallKey);
        bool keeps = call.WeightTrains && call.Observer?.KeepsGradient != false;
        Tensor? hiddenGradient = call.HiddenTrains ? empty_like(hidden) : null;
        Tensor? weightGradient = keeps ? zeros_like(weight) : null, biasGradient = call.BiasTrains ? zeros_like(bias!) : null;
        RowAccess scales = RowAccess.Of(gradient, 1), sums = RowAccess.Of(saved[3], 1);
        ForEachChunk(hidden, weight, bias, (begin, part, logits, matrix) =>
        {
            TurnIntoGradients(logits, begin, call.Targets, scales, sums);
            hiddenGradient?.narrow(0, begin, part.size(0)).copy_(logits.mm(matrix));
            if (weightGradient is not null && logits.dtype == weightGradient.dtype)
            {
                weightGradient.addmm_(logits.t(), part, 1f, 1f); // [vocabulary, width]
            }
            else if (weightGradient is not null)
            {
                Ops.AddInPlace(weightGradient, logits.t().mm(part).to_type(weightGradient.dtype));
            }

            if (biasGradient is not null)
            {
                Ops.AddInPlace(biasGradient, logits.to_type(biasGradient.dtype).sum(dim: 0));
            }

            call.Observer?.Observe(part, logits, begin);
        });
        return [hiddenGradient, weightGradient, biasGradient, null];
    }

    private static void ForEachChunk(Tensor hidden, Tensor weight, Tensor? bias, Action<long, Tensor, Tensor, Tensor> body)
    {
        using Tensor matrix = weight.dtype == hidden.dtype ? weight.alias() : weight.to_type(hidden.dtype);
        using Tensor transposed = matrix.t();
        long rows = hidden.size(0), chunk = LogitChunks.Rows(weight.size(0));
        for (long begin = 0; begin < rows; begin += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor part = hidden.narrow(0, begin, Math.Min(chunk, rows - begin)), logits = part.mm(transposed); // [count, vocabulary]
            if (bias is not null)
            {
                Ops.AddInPlace(logits, bias.to_type(logits.dtype));
            }

            body(begin, part, logits, matrix);
        }
    }

    private static void Score(Tensor logits, long first, Call call, RowAccess numbers, RowAccess sums)
    {
        int width = (int)logits.size(1);
        RowAccess access = RowAccess.Of(logits, width);
        Lanes.For(Lanes.Count(access.Rows, width), access.Rows, (_, begin, end) =>
        {
            float[] scratch = new float[2 * width];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> values = access.Read(row, scratch.AsSpan(0, width));
                Span<float> exponentials = scratch.AsSpan(width, width);
                float score = values[(int)call.Targets[first + row]], max = RowSoftmax.Max(values);
                double sum = RowSoftmax.Exponentials(values, max, exponentials), logSum = Math.Log(sum) + max;
                numbers.Target(first + row, default)[0] = (float)(score - logSum);
                sums.Target(first + row, default)[0] = (float)logSum;
                if (call.Statistics is TokenStatistics statistics)
                {
                    // H = ln sum e^z - sum p z
                    statistics.Entropy[first + row] = logSum - (Vectors.Dot(exponentials, values) / sum);
                    statistics.MeanLogit[first + row] = System.Numerics.Tensors.TensorPrimitives.Sum(values) / width;
                    statistics.IsArgmax[first + row] = score == max;
                }
            }
        });
    }

    private static void TurnIntoGradients(Tensor logits, long first, long[] targets, RowAccess scales, RowAccess sums)
    {
        int width = (int)logits.size(1);
        RowAccess access = RowAccess.Of(logits, width);
        Lanes.For(Lanes.Count(access.Rows, width), access.Rows, (_, begin, end) =>
        {
            float[] scratch = new float[2 * width];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> values = access.Read(row, scratch.AsSpan(0, width));
                float scale = scales.Read(first + row, default)[0];
                Span<float> target = access.Target(row, scratch.AsSpan(width, width));
                RowSoftmax.Exponentials(values, sums.Read(first + row, default)[0], target);
                RowSoftmax.Scale(target, -scale);
                target[(int)targets[first + row]] += scale;
                access.Commit(row, target);
            }
        });
    }

    private sealed record Call(long[] Targets, TokenStatistics? Statistics, IGradientObserver? Observer, bool HiddenTrains, bool WeightTrains, bool BiasTrains);
}
