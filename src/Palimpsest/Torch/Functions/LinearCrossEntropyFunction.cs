using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Output matrix, softmax and cross-entropy in one: the logits exist only for a chunk of rows at a time, and their gradient overwrites them.</summary>
/// <remarks>
/// With p = softmax(W h): loss = sum over rows of -ln p[target], dlogits = p - onehot, dh = dlogits W, dW = dlogits^T h. The gradients are made in the forward pass and scaled in the
/// backward pass. A chunk of logits stays in the last-level cache: of the full matrix (4,096 tokens x 4,096 words: 67 MB) libtorch makes three.
/// </remarks>
internal sealed class LinearCrossEntropyFunction : SafeFunction<LinearCrossEntropyFunction>
{
    private const long ChunkElements = 1 << 20;
    private const long ChunkBytes = 64 << 20;

    /// <summary>Rows of f32 logits that may exist at a time, whatever the vocabulary: as many as fit into 64 MiB, and one at least.</summary>
    public static int MostRows(long vocabulary) => (int)Math.Max(1, ChunkBytes / (sizeof(float) * vocabulary));

    /// <summary>Rows of a chunk: about a million logits, but no fewer than 64 rows, with which the products are still fast, unless those were too many bytes.</summary>
    internal static long ChunkRows(long vocabulary) => Math.Min(Math.Clamp(ChunkElements / vocabulary, 64, 4096), MostRows(vocabulary));

    /// <summary>Sum of the rows' losses in nats.</summary>
    /// <param name="hidden">[rows, width]</param>
    /// <param name="weight">[vocabulary, width], f32; cast to the type of <paramref name="hidden"/> for the product.</param>
    /// <param name="targets">One id a row, all valid.</param>
    /// <returns>One f32 number.</returns>
    public static Tensor Apply(Tensor hidden, Tensor weight, long[] targets) =>
        apply(hidden.contiguous(), weight, targets, is_grad_enabled() && (hidden.requires_grad || weight.requires_grad), weight.requires_grad)[0];

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor hidden = (Tensor)arguments[0]!, weight = (Tensor)arguments[1]!;
        long[] targets = (long[])arguments[2]!;
        bool differentiates = (bool)arguments[3]!, trains = (bool)arguments[4]!;
        int vocabulary = (int)weight.size(0);
        using Tensor matrix = weight.dtype == hidden.dtype ? weight.alias() : weight.to_type(hidden.dtype);
        using Tensor transposed = matrix.t();
        Tensor? hiddenGradient = differentiates ? empty_like(hidden) : null;
        Tensor? weightGradient = differentiates && trains ? zeros_like(weight) : null;
        long rows = hidden.size(0), chunk = ChunkRows(vocabulary);
        double loss = 0;
        for (long begin = 0; begin < rows; begin += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(chunk, rows - begin);
            Tensor part = hidden.narrow(0, begin, count);
            Tensor logits = part.mm(transposed); // [count, vocabulary]
            loss += Softmax(logits, targets.AsMemory((int)begin, (int)count), differentiates);
            if (hiddenGradient is not null)
            {
                hiddenGradient.narrow(0, begin, count).copy_(logits.mm(matrix));
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

        context.save_for_backward([hiddenGradient!, weightGradient!]);
        return [tensor((float)loss)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        Tensor factor = gradients[0]!;
        return [saved[0]?.mul(factor.to_type(saved[0].dtype)), saved[1]?.mul(factor), null, null, null];
    }

    /// <summary>Adds up the losses of the rows and turns logits into dlogits in place if asked to.</summary>
    private static double Softmax(Tensor logits, ReadOnlyMemory<long> targets, bool differentiates)
    {
        int width = (int)logits.size(1);
        RowAccess access = RowAccess.Of(logits, width);
        int lanes = Lanes.Count(access.Rows, width);
        double[] losses = new double[lanes];
        Lanes.For(lanes, access.Rows, (lane, begin, end) =>
        {
            float[] scratch = new float[2 * width];
            ReadOnlySpan<long> wanted = targets.Span;
            double total = 0;
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> values = access.Read(row, scratch.AsSpan(0, width));
                int target = (int)wanted[(int)row];
                float score = values[target], max = Max(values);
                Span<float> exponentials = differentiates ? access.Target(row, scratch.AsSpan(width, width)) : scratch.AsSpan(width, width);
                double sum = Exponentials(values, max, exponentials);
                total += Math.Log(sum) + max - score;
                if (differentiates)
                {
                    Scale(exponentials, (float)(1.0 / sum));
                    exponentials[target] -= 1f;
                    access.Commit(row, exponentials);
                }
            }

            losses[lane] = total;
        });
        return losses.Sum();
    }

    private static float Max(ReadOnlySpan<float> values) => System.Numerics.Tensors.TensorPrimitives.Max(values);

    private static double Exponentials(ReadOnlySpan<float> values, float max, Span<float> target)
    {
        Vector<float> shift = new(max), sum = Vector<float>.Zero;
        double total = 0;
        int i = 0;
        while (i <= values.Length - Vector<float>.Count)
        {
            // Partial sums of 1,024 terms keep the rounding error of a vocabulary of 100,000 below 1e-7.
            int stop = Math.Min(values.Length - Vector<float>.Count, i + 1024);
            for (; i <= stop; i += Vector<float>.Count)
            {
                Vector<float> e = FastMath.Exp(new Vector<float>(values[i..]) - shift);
                e.CopyTo(target[i..]);
                sum += e;
            }

            total += Vector.Sum(sum);
            sum = Vector<float>.Zero;
        }

        for (; i < values.Length; i++)
        {
            total += target[i] = MathF.Exp(values[i] - max);
        }

        return total;
    }

    private static void Scale(Span<float> values, float factor) => System.Numerics.Tensors.TensorPrimitives.Multiply(values, factor, values);
}
