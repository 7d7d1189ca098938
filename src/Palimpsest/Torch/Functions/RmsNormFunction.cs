using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Adds a branch to the residual stream and normalises the sum, in one pass over memory each way.</summary>
/// <remarks>
/// Zhang and Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019: s = x + b; r = 1 / sqrt(mean(s^2) + eps); y = w * s * r. libtorch composes the same from six passes forward and
/// more back on a CPU. Statistics are in f32 for every compute type.
/// </remarks>
internal sealed class RmsNormFunction : SafeFunction<RmsNormFunction>
{
    private const string BranchKey = "branch", ObserverKey = "observer";

    /// <summary>Normalises x, or x + branch.</summary>
    /// <param name="x">[..., width]</param>
    /// <param name="branch">Same shape, or null.</param>
    /// <param name="weight">[width], f32</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="keepSum">Whether the sum is wanted; an output that nobody uses would cost a gradient of zeros.</param>
    /// <param name="observer">Sees normalised rows and gradients; or null.</param>
    /// <returns>The normalised sum, and the sum if it is wanted (x itself without a branch).</returns>
    public static (Tensor Normalised, Tensor? Sum) Apply(Tensor x, Tensor? branch, Tensor weight, double epsilon, bool keepSum = true,
        IGradientObserver? observer = null)
    {
        if (!KernelChoice.IsManaged(x))
        {
            if (observer is not null && is_grad_enabled())
            {
                (Tensor plain, Tensor composedSum) = ComposedForms.RmsNorm(x, branch, ones_like(weight), epsilon);
                return (ObservedScaleFunction.Apply(plain, weight, null, observer), keepSum ? composedSum : null);
            }

            (Tensor normalised, Tensor sum) = ComposedForms.RmsNorm(x, branch, weight, epsilon);
            return (normalised, keepSum ? sum : null);
        }

        List<Tensor> outputs = apply(x.contiguous(), branch?.contiguous()!, weight, epsilon, keepSum && branch is not null, observer!);
        return (outputs[0], !keepSum ? null : branch is null ? x : outputs[1]);
    }

    protected override unsafe List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor x = (Tensor)arguments[0]!, weight = (Tensor)arguments[2]!;
        Tensor? branch = arguments[1] as Tensor;
        float epsilon = (float)(double)arguments[3]!;
        int width = (int)x.size(-1);
        Tensor sum = branch is null ? x : empty_like(x);
        Tensor output = empty_like(x);
        Tensor scales = empty(x.NumberOfElements / width, ScalarType.Float32);
        RowAccess source = RowAccess.Of(x, width), sums = RowAccess.Of(sum, width), target = RowAccess.Of(output, width), gain = RowAccess.Of(weight, width), reciprocal = RowAccess.Of(scales, 1);
        RowAccess added = branch is null ? source : RowAccess.Of(branch, width);
        bool adds = branch is not null;
        Lanes.For(Lanes.Count(source.Rows, width), source.Rows, (_, begin, end) =>
        {
            float[] scratch = new float[width * 4];
            Span<float> a = scratch.AsSpan(0, width), b = scratch.AsSpan(width, width), c = scratch.AsSpan(2 * width, width);
            ReadOnlySpan<float> w = gain.Read(0, scratch.AsSpan(3 * width, width));
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> s = source.Read(row, a);
                if (adds)
                {
                    Span<float> t = sums.Target(row, b);
                    Vectors.Add(s, added.Read(row, c), t);
                    sums.Commit(row, t);
                    s = sums.Read(row, a); // as stored, so that the backward pass sees the same numbers
                }

                float scale = 1f / MathF.Sqrt((Vectors.Dot(s, s) / width) + epsilon);
                reciprocal.Target(row, default)[0] = scale;
                Span<float> y = target.Target(row, c);
                Vectors.ScaledProduct(s, w, scale, y);
                target.Commit(row, y);
            }
        });
        context.save_for_backward([sum, weight, scales]);
        context.save_data(BranchKey, adds);
        context.save_data(ObserverKey, arguments[5]);
        return (bool)arguments[4]! ? [output, sum] : [output];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        // With n = width:  dx = r * w * dy - s * r^3 / n * sum(w * dy * s) (+ the gradient that arrives through the sum),  dw = sum over rows of dy * s * r.
        List<Tensor> saved = context.get_saved_variables();
        Tensor sum = saved[0], weight = saved[1];
        bool adds = gradients.Count == 2 && gradients[1] is not null;
        int width = (int)sum.size(-1);
        Tensor outputGradient = gradients[0]?.contiguous() ?? zeros_like(sum);
        Tensor result = empty_like(sum);
        RowAccess s = RowAccess.Of(sum, width), dy = RowAccess.Of(outputGradient, width), dx = RowAccess.Of(result, width), gain = RowAccess.Of(weight, width), scales = RowAccess.Of(saved[2], 1);
        Tensor? through = adds ? gradients[1]!.contiguous() : null;
        RowAccess passed = through is null ? dy : RowAccess.Of(through, width);
        int lanes = Lanes.Count(s.Rows, width);
        float[][] partial = [.. Enumerable.Range(0, lanes).Select(_ => new float[width])];
        Lanes.For(lanes, s.Rows, (lane, begin, end) =>
        {
            float[] scratch = new float[width * 6];
            Span<float> a = scratch.AsSpan(0, width), b = scratch.AsSpan(width, width), c = scratch.AsSpan(2 * width, width), d = scratch.AsSpan(3 * width, width), e = scratch.AsSpan(4 * width, width);
            ReadOnlySpan<float> w = gain.Read(0, scratch.AsSpan(5 * width, width));
            Span<float> dw = partial[lane];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> values = s.Read(row, a), gradient = dy.Read(row, b);
                float scale = scales.Read(row, default)[0];
                Vector<float> dot = Vector<float>.Zero;
                float tail = 0f;
                int i = 0;
                for (; i <= width - Vector<float>.Count; i += Vector<float>.Count)
                {
                    Vector<float> product = new Vector<float>(gradient[i..]) * new Vector<float>(values[i..]);
                    Vector.MultiplyAddEstimate(product, new Vector<float>(scale), new Vector<float>(dw[i..])).CopyTo(dw[i..]);
                    dot = Vector.MultiplyAddEstimate(product, new Vector<float>(w[i..]), dot);
                }

                for (; i < width; i++)
                {
                    dw[i] += gradient[i] * values[i] * scale;
                    tail += gradient[i] * values[i] * w[i];
                }

                float correction = -(Vector.Sum(dot) + tail) * scale * scale * scale / width;
                Span<float> target = dx.Target(row, c);
                ReadOnlySpan<float> extra = adds ? passed.Read(row, d) : default;
                for (i = 0; i <= width - Vector<float>.Count; i += Vector<float>.Count)
                {
                    Vector<float> value = Vector.MultiplyAddEstimate(new Vector<float>(gradient[i..]) * new Vector<float>(w[i..]), new Vector<float>(scale), new Vector<float>(values[i..]) * new Vector<float>(correction));
                    (adds ? value + new Vector<float>(extra[i..]) : value).CopyTo(target[i..]);
                }

                for (; i < width; i++)
                {
                    target[i] = (gradient[i] * w[i] * scale) + (values[i] * correction) + (adds ? extra[i] : 0f);
                }

                dx.Commit(row, target);
            }
        });

        if (context.get_data(ObserverKey) is IGradientObserver observer)
        {
            observer.Observe(sum.view(-1, width).to_type(ScalarType.Float32).mul(saved[2].unsqueeze(1)), outputGradient.view(-1, width), 0);
            if (!observer.KeepsGradient)
            {
                return [result, (bool)context.get_data(BranchKey) ? result : null, null, null, null, null];
            }
        }

        Tensor weightGradient = empty_like(weight);
        Span<float> total = MemoryMarshal.Cast<byte, float>(weightGradient.bytes);
        total.Clear();
        foreach (float[] lane in partial)
        {
            Vectors.Add(total, lane, total);
        }

        return [result, (bool)context.get_data(BranchKey) ? result : null, weightGradient, null, null, null];
    }
}
