using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>The loops of <see cref="RowProducts"/> over f32: so many rows times so many columns at once, named so.</summary>
/// <remarks>Each number is the sum of eight sums over every eighth element, fused product by product, then <see cref="Sums"/>, then what is left over at the
/// end of the row: the same bits in every tile.</remarks>
internal static unsafe class RowTiles
{
    public static void Tile8x1(float* w, nint stride, int width, float* x, float* y)
    {
        Vector256<float> s00 = default, s10 = default, s20 = default, s30 = default, s40 = default, s50 = default, s60 = default, s70 = default;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride, w4 = w3 + stride, w5 = w4 + stride, w6 = w5 + stride, w7 = w6 + stride;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            Vector256<float> v0 = Vector256.Load(x + i);
            s00 = Fma.MultiplyAdd(v0, Vector256.Load(w + i), s00);
            s10 = Fma.MultiplyAdd(v0, Vector256.Load(w1 + i), s10);
            s20 = Fma.MultiplyAdd(v0, Vector256.Load(w2 + i), s20);
            s30 = Fma.MultiplyAdd(v0, Vector256.Load(w3 + i), s30);
            s40 = Fma.MultiplyAdd(v0, Vector256.Load(w4 + i), s40);
            s50 = Fma.MultiplyAdd(v0, Vector256.Load(w5 + i), s50);
            s60 = Fma.MultiplyAdd(v0, Vector256.Load(w6 + i), s60);
            s70 = Fma.MultiplyAdd(v0, Vector256.Load(w7 + i), s70);
        }

        (Sums(s00, s10, s20, s30) + Tails(w, stride, x, i, width)).Store(y);
        (Sums(s40, s50, s60, s70) + Tails(w4, stride, x, i, width)).Store(y + 4);
    }

    public static void Tile4x1(float* w, nint stride, int width, float* x, float* y)
    {
        Vector256<float> s00 = default, s10 = default, s20 = default, s30 = default;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            Vector256<float> v0 = Vector256.Load(x + i);
            s00 = Fma.MultiplyAdd(v0, Vector256.Load(w + i), s00);
            s10 = Fma.MultiplyAdd(v0, Vector256.Load(w1 + i), s10);
            s20 = Fma.MultiplyAdd(v0, Vector256.Load(w2 + i), s20);
            s30 = Fma.MultiplyAdd(v0, Vector256.Load(w3 + i), s30);
        }

        (Sums(s00, s10, s20, s30) + Tails(w, stride, x, i, width)).Store(y);
    }

    public static void Tile4x2(float* w, nint stride, int width, float* x, float* y, int rows)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
        float* x1 = x + width;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            // The last columns of a block of rows fetch the next block, so that the memory does not rest meanwhile.
            Sse.Prefetch0(w + (4 * stride) + i);
            Sse.Prefetch0(w1 + (4 * stride) + i);
            Sse.Prefetch0(w2 + (4 * stride) + i);
            Sse.Prefetch0(w3 + (4 * stride) + i);
            Vector256<float> v0 = Vector256.Load(x + i), v1 = Vector256.Load(x1 + i);
            Vector256<float> row = Vector256.Load(w + i);
            s00 = Fma.MultiplyAdd(v0, row, s00);
            s01 = Fma.MultiplyAdd(v1, row, s01);
            row = Vector256.Load(w1 + i);
            s10 = Fma.MultiplyAdd(v0, row, s10);
            s11 = Fma.MultiplyAdd(v1, row, s11);
            row = Vector256.Load(w2 + i);
            s20 = Fma.MultiplyAdd(v0, row, s20);
            s21 = Fma.MultiplyAdd(v1, row, s21);
            row = Vector256.Load(w3 + i);
            s30 = Fma.MultiplyAdd(v0, row, s30);
            s31 = Fma.MultiplyAdd(v1, row, s31);
        }

        (Sums(s00, s10, s20, s30) + Tails(w, stride, x, i, width)).Store(y);
        (Sums(s01, s11, s21, s31) + Tails(w, stride, x1, i, width)).Store(y + rows);
    }

    public static void Tile4x3(float* w, nint stride, int width, float* x, float* y, int rows)
    {
        Vector256<float> s00 = default, s01 = default, s02 = default;
        Vector256<float> s10 = default, s11 = default, s12 = default;
        Vector256<float> s20 = default, s21 = default, s22 = default;
        Vector256<float> s30 = default, s31 = default, s32 = default;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
        float* x1 = x + width, x2 = x1 + width;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            Vector256<float> v0 = Vector256.Load(x + i), v1 = Vector256.Load(x1 + i), v2 = Vector256.Load(x2 + i);
            Vector256<float> row = Vector256.Load(w + i);
            s00 = Fma.MultiplyAdd(v0, row, s00);
            s01 = Fma.MultiplyAdd(v1, row, s01);
            s02 = Fma.MultiplyAdd(v2, row, s02);
            row = Vector256.Load(w1 + i);
            s10 = Fma.MultiplyAdd(v0, row, s10);
            s11 = Fma.MultiplyAdd(v1, row, s11);
            s12 = Fma.MultiplyAdd(v2, row, s12);
            row = Vector256.Load(w2 + i);
            s20 = Fma.MultiplyAdd(v0, row, s20);
            s21 = Fma.MultiplyAdd(v1, row, s21);
            s22 = Fma.MultiplyAdd(v2, row, s22);
            row = Vector256.Load(w3 + i);
            s30 = Fma.MultiplyAdd(v0, row, s30);
            s31 = Fma.MultiplyAdd(v1, row, s31);
            s32 = Fma.MultiplyAdd(v2, row, s32);
        }

        (Sums(s00, s10, s20, s30) + Tails(w, stride, x, i, width)).Store(y);
        (Sums(s01, s11, s21, s31) + Tails(w, stride, x1, i, width)).Store(y + rows);
        (Sums(s02, s12, s22, s32) + Tails(w, stride, x2, i, width)).Store(y + (2 * (nint)rows));
    }

    public static float Dot(float* w, float* x, int width)
    {
        Vector256<float> sum = default;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            sum = Fma.MultiplyAdd(Vector256.Load(x + i), Vector256.Load(w + i), sum);
        }

        float tail = 0;
        for (; i < width; i++)
        {
            tail += w[i] * x[i];
        }

        return Sums(sum, default, default, default).ToScalar() + tail;
    }

    /// <summary>The sum of each of four vectors, in one fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256<float> pairs = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return pairs.GetLower() + pairs.GetUpper();
    }

    /// <summary>What the elements behind the last whole vector add to four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Tails(float* w, nint stride, float* x, int i, int width)
    {
        Vector128<float> tails = default;
        for (; i < width; i++)
        {
            tails += Vector128.Create(w[i], w[stride + i], w[(2 * stride) + i], w[(3 * stride) + i]) * x[i];
        }

        return tails;
    }
}
