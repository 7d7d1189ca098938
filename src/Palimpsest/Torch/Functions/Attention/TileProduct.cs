using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>The one product of the fused attention: six rows by 16 columns, whose twelve sums stay in registers over the whole depth.</summary>
internal static unsafe class TileProduct
{
    /// <summary>Rows of a tile; twelve sums, two columns and one broadcast number fill 15 of the 16 registers of AVX2.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a tile.</summary>
    public const int Columns = 16;

    /// <summary>C = A B, or C += A B, for six rows of C.</summary>
    /// <param name="a">A; element (row, k) at row * <paramref name="row"/> + k * <paramref name="step"/>.</param>
    /// <param name="row">Distance of the rows of A.</param>
    /// <param name="step">Distance along the depth of A.</param>
    /// <param name="b">B, contiguous along the columns.</param>
    /// <param name="bRow">Distance of the rows of B.</param>
    /// <param name="depth">Length of the sums.</param>
    /// <param name="columns">Columns, a multiple of 8.</param>
    /// <param name="c">C, contiguous along the columns.</param>
    /// <param name="cRow">Distance of the rows of C.</param>
    /// <param name="add">Whether C is added to.</param>
    public static void Multiply(float* a, nint row, nint step, float* b, nint bRow, int depth, int columns, float* c, nint cRow, bool add)
    {
        int column = 0;
        for (; column <= columns - Columns; column += Columns)
        {
            SixBySixteen(a, row, step, b + column, bRow, depth, c + column, cRow, add);
        }

        if (column < columns)
        {
            SixByEight(a, row, step, b + column, bRow, depth, c + column, cRow, add);
        }
    }

    private static void SixBySixteen(float* a, nint row, nint step, float* b, nint bRow, int depth, float* c, nint cRow, bool add)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        float* lower = a + (3 * row);
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8), x = Vector256.Create(*a);
            c00 = Fma.MultiplyAdd(x, b0, c00);
            c01 = Fma.MultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[row]);
            c10 = Fma.MultiplyAdd(x, b0, c10);
            c11 = Fma.MultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[row * 2]);
            c20 = Fma.MultiplyAdd(x, b0, c20);
            c21 = Fma.MultiplyAdd(x, b1, c21);
            x = Vector256.Create(*lower);
            c30 = Fma.MultiplyAdd(x, b0, c30);
            c31 = Fma.MultiplyAdd(x, b1, c31);
            x = Vector256.Create(lower[row]);
            c40 = Fma.MultiplyAdd(x, b0, c40);
            c41 = Fma.MultiplyAdd(x, b1, c41);
            x = Vector256.Create(lower[row * 2]);
            c50 = Fma.MultiplyAdd(x, b0, c50);
            c51 = Fma.MultiplyAdd(x, b1, c51);
            a += step;
            lower += step;
            b += bRow;
        }

        Store(c00, c01, c, add);
        Store(c10, c11, c + cRow, add);
        Store(c20, c21, c + (2 * cRow), add);
        Store(c30, c31, c + (3 * cRow), add);
        Store(c40, c41, c + (4 * cRow), add);
        Store(c50, c51, c + (5 * cRow), add);
    }

    private static void SixByEight(float* a, nint row, nint step, float* b, nint bRow, int depth, float* c, nint cRow, bool add)
    {
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        float* lower = a + (3 * row);
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> x = Vector256.Load(b);
            c0 = Fma.MultiplyAdd(Vector256.Create(*a), x, c0);
            c1 = Fma.MultiplyAdd(Vector256.Create(a[row]), x, c1);
            c2 = Fma.MultiplyAdd(Vector256.Create(a[row * 2]), x, c2);
            c3 = Fma.MultiplyAdd(Vector256.Create(*lower), x, c3);
            c4 = Fma.MultiplyAdd(Vector256.Create(lower[row]), x, c4);
            c5 = Fma.MultiplyAdd(Vector256.Create(lower[row * 2]), x, c5);
            a += step;
            lower += step;
            b += bRow;
        }

        Store(c0, c, add);
        Store(c1, c + cRow, add);
        Store(c2, c + (2 * cRow), add);
        Store(c3, c + (3 * cRow), add);
        Store(c4, c + (4 * cRow), add);
        Store(c5, c + (5 * cRow), add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> first, Vector256<float> second, float* c, bool add)
    {
        Store(first, c, add);
        Store(second, c + 8, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> value, float* c, bool add) => (add ? Vector256.Load(c) + value : value).Store(c);
}
