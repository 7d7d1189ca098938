using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>The softmax of a group of six rows of scores, in powers of two: the queries come multiplied by log2 e, which saves the reduction by ln 2.</summary>
/// <remarks>Six rows go through a loop together: rows are short, and one at a time the ends of the loops took longer than the exponentials.</remarks>
internal static unsafe class CausalSoftmax
{
    private static readonly Vector256<int> Places = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);

    /// <summary>Replaces the scores of six rows by <paramref name="value"/> where a row does not see the key.</summary>
    /// <param name="scores">Rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Distance of two rows.</param>
    /// <param name="seen">Keys that the first row sees; each later row sees one more, up to <paramref name="count"/>.</param>
    /// <param name="count">Keys that the last row sees.</param>
    /// <param name="value">What stands there then, up to the next multiple of 8.</param>
    public static void Hide(float* scores, nint stride, int seen, int count, float value)
    {
        for (int row = 0; row < TileProduct.Rows; row++, scores += stride)
        {
            int own = Math.Min(seen + row, count);
            for (int i = own / 8 * 8; i < count; i += 8)
            {
                Vector256<float> mask = Vector256.LessThan(Places, Vector256.Create(own - i)).AsSingle();
                Vector256.ConditionalSelect(mask, Vector256.Load(scores + i), Vector256.Create(value)).Store(scores + i);
            }
        }
    }

    /// <summary>The largest score of each of six rows.</summary>
    public static void Largest(float* scores, nint stride, int count, float* largest)
    {
        float* s1 = scores + stride, s2 = s1 + stride, s3 = s2 + stride, s4 = s3 + stride, s5 = s4 + stride;
        Vector256<float> m0 = Vector256.Load(scores), m1 = Vector256.Load(s1), m2 = Vector256.Load(s2), m3 = Vector256.Load(s3), m4 = Vector256.Load(s4), m5 = Vector256.Load(s5);
        for (int i = 8; i < count; i += 8)
        {
            m0 = Avx.Max(m0, Vector256.Load(scores + i));
            m1 = Avx.Max(m1, Vector256.Load(s1 + i));
            m2 = Avx.Max(m2, Vector256.Load(s2 + i));
            m3 = Avx.Max(m3, Vector256.Load(s3 + i));
            m4 = Avx.Max(m4, Vector256.Load(s4 + i));
            m5 = Avx.Max(m5, Vector256.Load(s5 + i));
        }

        largest[0] = Across(m0);
        largest[1] = Across(m1);
        largest[2] = Across(m2);
        largest[3] = Across(m3);
        largest[4] = Across(m4);
        largest[5] = Across(m5);
    }

    /// <summary>Replaces the scores of six rows by 2^(score - largest) and sums them.</summary>
    public static void Exponentials(float* scores, nint stride, int count, float* largest, float* sums)
    {
        float* s1 = scores + stride, s2 = s1 + stride, s3 = s2 + stride, s4 = s3 + stride, s5 = s4 + stride;
        Vector256<float> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default;
        for (int i = 0; i < count; i += 8)
        {
            t0 += Exponential(scores + i, largest);
            t1 += Exponential(s1 + i, largest + 1);
            t2 += Exponential(s2 + i, largest + 2);
            t3 += Exponential(s3 + i, largest + 3);
            t4 += Exponential(s4 + i, largest + 4);
            t5 += Exponential(s5 + i, largest + 5);
        }

        sums[0] = Vector256.Sum(t0);
        sums[1] = Vector256.Sum(t1);
        sums[2] = Vector256.Sum(t2);
        sums[3] = Vector256.Sum(t3);
        sums[4] = Vector256.Sum(t4);
        sums[5] = Vector256.Sum(t5);
    }

    /// <summary>Backward: the scores of six rows become probabilities p = 2^(score - <paramref name="logSums"/>), and the gradients of the probabilities those of the scores, p (gradient -
    /// <paramref name="means"/>).</summary>
    public static void Gradients(float* scores, float* gradients, nint stride, int count, float* logSums, float* means)
    {
        for (int i = 0; i < count; i += 8)
        {
            Gradient(scores + i, gradients + i, logSums, means);
            Gradient(scores + stride + i, gradients + stride + i, logSums + 1, means + 1);
            Gradient(scores + (2 * stride) + i, gradients + (2 * stride) + i, logSums + 2, means + 2);
            Gradient(scores + (3 * stride) + i, gradients + (3 * stride) + i, logSums + 3, means + 3);
            Gradient(scores + (4 * stride) + i, gradients + (4 * stride) + i, logSums + 4, means + 4);
            Gradient(scores + (5 * stride) + i, gradients + (5 * stride) + i, logSums + 5, means + 5);
        }
    }

    /// <summary>2^x for x up to 126, within 2 units in the last place; 2^-125 below that. The polynomial interpolates (2^r - 1) / r at the Chebyshev nodes of [-1/2, 1/2] with an error of 5e-9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x)
    {
        x = Avx.Max(Vector256.Create(-125f), x); // in this order NaN stays NaN
        Vector256<float> n = Avx.RoundToNearestInteger(x), r = x - n;
        Vector256<float> p = Fma.MultiplyAdd(Vector256.Create(1.545316294e-4f), r, Vector256.Create(1.339086336e-3f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(9.618082557e-3f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(5.550357114e-2f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(2.402265076e-1f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(6.931471880e-1f));
        p = Fma.MultiplyAdd(p, r, Vector256<float>.One);
        return (p.AsInt32() + (Avx.ConvertToVector256Int32(n) << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exponential(float* score, float* largest)
    {
        Vector256<float> p = Exp2(Vector256.Load(score) - Vector256.Create(*largest));
        p.Store(score);
        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gradient(float* score, float* gradient, float* logSum, float* mean)
    {
        Vector256<float> p = Exp2(Vector256.Load(score) - Vector256.Create(*logSum));
        p.Store(score);
        (p * (Vector256.Load(gradient) - Vector256.Create(*mean))).Store(gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Across(Vector256<float> values)
    {
        Vector128<float> half = Sse.Max(values.GetLower(), values.GetUpper());
        half = Sse.Max(half, Sse.MoveHighToLow(half, half));
        return Sse.MaxScalar(half, Sse.Shuffle(half, half, 1)).ToScalar();
    }
}
