using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch;

/// <summary>Products of the rows of a matrix with a few vectors, for decoding: y[column, row] = sum over i of w[row, i] * x[column, i].</summary>
/// <remarks>
/// A libtorch product of one token costs microseconds before it begins; these loops read the weights once for all columns and go at the speed of the memory. Every sum is taken in the same order
/// however many columns and threads there are, so a sequence gets the same bits alone and in a batch.
/// </remarks>
internal static unsafe class RowProducts
{
    /// <summary>Whether this machine has the instructions.</summary>
    public static bool IsSupported => Fma.IsSupported && Avx2.IsSupported;

    /// <summary>Floats of scratch that <see cref="Multiply"/> needs.</summary>
    public static int Scratch(int width) => 4 * width;

    /// <summary>Multiplies the rows from <paramref name="begin"/> up to <paramref name="end"/>.</summary>
    /// <param name="weights">f32, or bf16 if <paramref name="half"/>.</param>
    /// <param name="half">Whether the weights are bf16; they are widened on the way.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    /// <param name="width">Elements of a row that count.</param>
    /// <param name="begin">First row.</param>
    /// <param name="end">Row behind the last.</param>
    /// <param name="x">[columns, width]</param>
    /// <param name="columns">How many vectors.</param>
    /// <param name="y">[columns, rows]; only the rows asked for are written.</param>
    /// <param name="rows">Elements from a column of <paramref name="y"/> to the next.</param>
    /// <param name="scratch">As many floats as <see cref="Scratch"/> says.</param>
    public static void Multiply(byte* weights, bool half, nint stride, int width, int begin, int end, float* x, int columns, float* y, int rows, float* scratch)
    {
        int row = begin;
        if (columns == 1 && half)
        {
            for (; row + 4 <= end; row += 4)
            {
                HalfTile4x1((ushort*)weights + (row * stride), stride, width, x).Store(y + row);
            }
        }
        else if (columns == 1)
        {
            for (; row + 8 <= end; row += 8)
            {
                Tile8x1((float*)weights + (row * stride), stride, width, x, y + row);
            }
        }

        // Widened rows lie side by side in the scratch.
        nint step = half ? width : stride;
        for (; row + 4 <= end; row += 4)
        {
            float* block = half ? Widen((ushort*)weights + (row * stride), stride, 4, width, scratch) : (float*)weights + (row * stride);
            int column = 0;
            for (; column + 3 <= columns; column += 3)
            {
                Tile4x3(block, step, width, x + ((nint)column * width), y + ((nint)column * rows) + row, rows);
            }

            if (columns - column == 2)
            {
                Tile4x2(block, step, width, x + ((nint)column * width), y + ((nint)column * rows) + row, rows);
            }
            else if (columns - column == 1)
            {
                Tile4x1(block, step, width, x + ((nint)column * width), y + ((nint)column * rows) + row);
            }
        }

        for (; row < end; row++)
        {
            float* single = half ? Widen((ushort*)weights + (row * stride), stride, 1, width, scratch) : (float*)weights + (row * stride);
            for (int column = 0; column < columns; column++)
            {
                y[((nint)column * rows) + row] = Dot(single, x + ((nint)column * width), width);
            }
        }
    }

    /// <summary>The mixture of rows: y[i] = sum over t of p[t] * v[t, i].</summary>
    public static void Mix(float* v, nint stride, int width, float* p, int count, float* y)
    {
        int i = 0;
        for (; i + 32 <= width; i += 32)
        {
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
            float* row = v + i;
            for (int t = 0; t < count; t++, row += stride)
            {
                Vector256<float> factor = Vector256.Create(p[t]);
                s0 = Fma.MultiplyAdd(factor, Vector256.Load(row), s0);
                s1 = Fma.MultiplyAdd(factor, Vector256.Load(row + 8), s1);
                s2 = Fma.MultiplyAdd(factor, Vector256.Load(row + 16), s2);
                s3 = Fma.MultiplyAdd(factor, Vector256.Load(row + 24), s3);
            }

            s0.Store(y + i);
            s1.Store(y + i + 8);
            s2.Store(y + i + 16);
            s3.Store(y + i + 24);
        }

        for (; i + 8 <= width; i += 8)
        {
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
            float* row = v + i;
            int t = 0;
            for (; t + 4 <= count; t += 4, row += 4 * stride)
            {
                s0 = Fma.MultiplyAdd(Vector256.Create(p[t]), Vector256.Load(row), s0);
                s1 = Fma.MultiplyAdd(Vector256.Create(p[t + 1]), Vector256.Load(row + stride), s1);
                s2 = Fma.MultiplyAdd(Vector256.Create(p[t + 2]), Vector256.Load(row + (2 * stride)), s2);
                s3 = Fma.MultiplyAdd(Vector256.Create(p[t + 3]), Vector256.Load(row + (3 * stride)), s3);
            }

            for (; t < count; t++, row += stride)
            {
                s0 = Fma.MultiplyAdd(Vector256.Create(p[t]), Vector256.Load(row), s0);
            }

            (s0 + s1 + (s2 + s3)).Store(y + i);
        }

        for (; i < width; i++)
        {
            float sum = 0;
            for (int t = 0; t < count; t++)
            {
                sum += p[t] * v[(t * stride) + i];
            }

            y[i] = sum;
        }
    }

    /// <summary>Rows of bf16 as f32, side by side.</summary>
    public static float* Widen(ushort* source, nint stride, int rows, int width, float* target)
    {
        for (int row = 0; row < rows; row++)
        {
            RowAccess.Widen(new ReadOnlySpan<ushort>(source + (row * stride), width), new Span<float>(target + ((nint)row * width), width));
        }

        return target;
    }

    private static void Tile8x1(float* w, nint stride, int width, float* x, float* y)
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

    private static void Tile4x1(float* w, nint stride, int width, float* x, float* y)
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

    private static void Tile4x2(float* w, nint stride, int width, float* x, float* y, int rows)
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

    private static void Tile4x3(float* w, nint stride, int width, float* x, float* y, int rows)
    {
        Vector256<float> s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default, s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
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

    private static Vector128<float> HalfTile4x1(ushort* w, nint stride, int width, float* x)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        ushort* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            Vector256<float> v = Vector256.Load(x + i);
            s0 = Fma.MultiplyAdd(v, Widened(w + i), s0);
            s1 = Fma.MultiplyAdd(v, Widened(w1 + i), s1);
            s2 = Fma.MultiplyAdd(v, Widened(w2 + i), s2);
            s3 = Fma.MultiplyAdd(v, Widened(w3 + i), s3);
        }

        Vector128<float> tails = default;
        for (; i < width; i++)
        {
            tails += Vector128.Create(Widened(w[i]), Widened(w1[i]), Widened(w2[i]), Widened(w3[i])) * x[i];
        }

        return Sums(s0, s1, s2, s3) + tails;
    }

    private static float Dot(float* w, float* x, int width)
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
    private static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widened(ushort* source) => Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32(source), 16).AsSingle();

    private static float Widened(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
