using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Tiles of eight unpacked rows with AVX-512. A register holds eight elements of a row and eight of the next, so that every number is summed as in
/// <see cref="RowTiles"/>, to the same bits.</summary>
internal static unsafe class WideTiles
{
    /// <summary>Whether the tiles can be used, and whether it is worth while.</summary>
    public static bool Fit(int width, int columns) => Avx512F.IsSupported && Avx512DQ.IsSupported && columns > 1 && width % 8 == 0;

    /// <summary>Unpacks eight rows so that pairs of them alternate: eight elements of rows 0 to 7, then the next eight of each.</summary>
    /// <param name="format">How they lie.</param>
    /// <param name="rows">The first of them.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="width">A multiple of eight.</param>
    /// <param name="panel">Room for all of them.</param>
    public static WidePanel Widen(RowFormat format, byte* rows, nint stride, int width, float* panel)
    {
        for (int row = 0; row < 8; row++)
        {
            RowProducts.Fetch(rows + ((8 + row) * stride), stride);
            format.Widen(rows + (row * stride), width, panel + (8 * row), 64);
        }

        return new WidePanel(panel);
    }

    /// <summary>Multiplies eight rows.</summary>
    /// <param name="source">The rows: a <see cref="WidePanel"/>, or f32 where they lie.</param>
    /// <param name="width">A multiple of eight.</param>
    /// <param name="x">[columns, width]</param>
    /// <param name="columns">How many vectors.</param>
    /// <param name="y">Gets eight numbers of each column.</param>
    /// <param name="rows">Elements from a column of <paramref name="y"/> to the next.</param>
    public static void Multiply<TRows>(TRows source, int width, float* x, int columns, float* y, nint rows)
        where TRows : struct, IWideRows
    {
        int column = 0;

        // Eight columns, a usual batch, are twice four.
        for (; columns - column >= 6 && columns - column != 8; column += 6, x += 6 * width, y += 6 * rows)
        {
            Tile8x6(source, width, x, y, rows);
        }

        for (; columns - column >= 4; column += 4, x += 4 * width, y += 4 * rows)
        {
            Tile8x4(source, width, x, y, rows);
        }

        for (; columns - column >= 2; column += 2, x += 2 * width, y += 2 * rows)
        {
            Tile8x2(source, width, x, y, rows);
        }

        if (column < columns)
        {
            Tile8x1(source, width, x, y);
        }
    }

    private static void Tile8x6<TRows>(TRows source, int width, float* x, float* y, nint rows)
        where TRows : struct, IWideRows
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s04 = default, s05 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default, s14 = default, s15 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s24 = default, s25 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default, s34 = default, s35 = default;
        for (int i = 0; i < width; i += 8, source.Next())
        {
            Vector512<float> w0 = source.Pair0, w1 = source.Pair1, w2 = source.Pair2, w3 = source.Pair3;
            Vector512<float> v = Twice(x + i);
            s00 = Avx512F.FusedMultiplyAdd(v, w0, s00);
            s10 = Avx512F.FusedMultiplyAdd(v, w1, s10);
            s20 = Avx512F.FusedMultiplyAdd(v, w2, s20);
            s30 = Avx512F.FusedMultiplyAdd(v, w3, s30);
            v = Twice(x + width + i);
            s01 = Avx512F.FusedMultiplyAdd(v, w0, s01);
            s11 = Avx512F.FusedMultiplyAdd(v, w1, s11);
            s21 = Avx512F.FusedMultiplyAdd(v, w2, s21);
            s31 = Avx512F.FusedMultiplyAdd(v, w3, s31);
            v = Twice(x + (2 * width) + i);
            s02 = Avx512F.FusedMultiplyAdd(v, w0, s02);
            s12 = Avx512F.FusedMultiplyAdd(v, w1, s12);
            s22 = Avx512F.FusedMultiplyAdd(v, w2, s22);
            s32 = Avx512F.FusedMultiplyAdd(v, w3, s32);
            v = Twice(x + (3 * width) + i);
            s03 = Avx512F.FusedMultiplyAdd(v, w0, s03);
            s13 = Avx512F.FusedMultiplyAdd(v, w1, s13);
            s23 = Avx512F.FusedMultiplyAdd(v, w2, s23);
            s33 = Avx512F.FusedMultiplyAdd(v, w3, s33);
            v = Twice(x + (4 * width) + i);
            s04 = Avx512F.FusedMultiplyAdd(v, w0, s04);
            s14 = Avx512F.FusedMultiplyAdd(v, w1, s14);
            s24 = Avx512F.FusedMultiplyAdd(v, w2, s24);
            s34 = Avx512F.FusedMultiplyAdd(v, w3, s34);
            v = Twice(x + (5 * width) + i);
            s05 = Avx512F.FusedMultiplyAdd(v, w0, s05);
            s15 = Avx512F.FusedMultiplyAdd(v, w1, s15);
            s25 = Avx512F.FusedMultiplyAdd(v, w2, s25);
            s35 = Avx512F.FusedMultiplyAdd(v, w3, s35);
        }

        Finish(s00, s10, s20, s30, y);
        Finish(s01, s11, s21, s31, y + rows);
        Finish(s02, s12, s22, s32, y + (2 * rows));
        Finish(s03, s13, s23, s33, y + (3 * rows));
        Finish(s04, s14, s24, s34, y + (4 * rows));
        Finish(s05, s15, s25, s35, y + (5 * rows));
    }

    private static void Tile8x4<TRows>(TRows source, int width, float* x, float* y, nint rows)
        where TRows : struct, IWideRows
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default;
        for (int i = 0; i < width; i += 8, source.Next())
        {
            Vector512<float> w0 = source.Pair0, w1 = source.Pair1, w2 = source.Pair2, w3 = source.Pair3;
            Vector512<float> v = Twice(x + i);
            s00 = Avx512F.FusedMultiplyAdd(v, w0, s00);
            s10 = Avx512F.FusedMultiplyAdd(v, w1, s10);
            s20 = Avx512F.FusedMultiplyAdd(v, w2, s20);
            s30 = Avx512F.FusedMultiplyAdd(v, w3, s30);
            v = Twice(x + width + i);
            s01 = Avx512F.FusedMultiplyAdd(v, w0, s01);
            s11 = Avx512F.FusedMultiplyAdd(v, w1, s11);
            s21 = Avx512F.FusedMultiplyAdd(v, w2, s21);
            s31 = Avx512F.FusedMultiplyAdd(v, w3, s31);
            v = Twice(x + (2 * width) + i);
            s02 = Avx512F.FusedMultiplyAdd(v, w0, s02);
            s12 = Avx512F.FusedMultiplyAdd(v, w1, s12);
            s22 = Avx512F.FusedMultiplyAdd(v, w2, s22);
            s32 = Avx512F.FusedMultiplyAdd(v, w3, s32);
            v = Twice(x + (3 * width) + i);
            s03 = Avx512F.FusedMultiplyAdd(v, w0, s03);
            s13 = Avx512F.FusedMultiplyAdd(v, w1, s13);
            s23 = Avx512F.FusedMultiplyAdd(v, w2, s23);
            s33 = Avx512F.FusedMultiplyAdd(v, w3, s33);
        }

        Finish(s00, s10, s20, s30, y);
        Finish(s01, s11, s21, s31, y + rows);
        Finish(s02, s12, s22, s32, y + (2 * rows));
        Finish(s03, s13, s23, s33, y + (3 * rows));
    }

    private static void Tile8x2<TRows>(TRows source, int width, float* x, float* y, nint rows)
        where TRows : struct, IWideRows
    {
        Vector512<float> s00 = default, s01 = default;
        Vector512<float> s10 = default, s11 = default;
        Vector512<float> s20 = default, s21 = default;
        Vector512<float> s30 = default, s31 = default;
        for (int i = 0; i < width; i += 8, source.Next())
        {
            Vector512<float> w0 = source.Pair0, w1 = source.Pair1, w2 = source.Pair2, w3 = source.Pair3;
            Vector512<float> v = Twice(x + i);
            s00 = Avx512F.FusedMultiplyAdd(v, w0, s00);
            s10 = Avx512F.FusedMultiplyAdd(v, w1, s10);
            s20 = Avx512F.FusedMultiplyAdd(v, w2, s20);
            s30 = Avx512F.FusedMultiplyAdd(v, w3, s30);
            v = Twice(x + width + i);
            s01 = Avx512F.FusedMultiplyAdd(v, w0, s01);
            s11 = Avx512F.FusedMultiplyAdd(v, w1, s11);
            s21 = Avx512F.FusedMultiplyAdd(v, w2, s21);
            s31 = Avx512F.FusedMultiplyAdd(v, w3, s31);
        }

        Finish(s00, s10, s20, s30, y);
        Finish(s01, s11, s21, s31, y + rows);
    }

    private static void Tile8x1<TRows>(TRows source, int width, float* x, float* y)
        where TRows : struct, IWideRows
    {
        Vector512<float> s00 = default;
        Vector512<float> s10 = default;
        Vector512<float> s20 = default;
        Vector512<float> s30 = default;
        for (int i = 0; i < width; i += 8, source.Next())
        {
            Vector512<float> w0 = source.Pair0, w1 = source.Pair1, w2 = source.Pair2, w3 = source.Pair3;
            Vector512<float> v = Twice(x + i);
            s00 = Avx512F.FusedMultiplyAdd(v, w0, s00);
            s10 = Avx512F.FusedMultiplyAdd(v, w1, s10);
            s20 = Avx512F.FusedMultiplyAdd(v, w2, s20);
            s30 = Avx512F.FusedMultiplyAdd(v, w3, s30);
        }

        Finish(s00, s10, s20, s30, y);
    }

    /// <summary>Eight elements of a vector, for both rows of a register.</summary>
    public static Vector512<float> Twice(float* x) => Avx512DQ.BroadcastVector256ToVector512(x);

    /// <summary>Sums the registers of eight rows, two rows each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* y)
    {
        RowTiles.Sums(a.GetLower(), a.GetUpper(), b.GetLower(), b.GetUpper()).Store(y);
        RowTiles.Sums(c.GetLower(), c.GetUpper(), d.GetLower(), d.GetUpper()).Store(y + 4);
    }
}
