using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>Copies the rows of one head to where the products read them in order: rows of a head lie a power of two apart and would share a few sets of the cache.</summary>
internal static unsafe class HeadPacking
{
    // Rows lie too far apart for the processor to see the pattern; unasked for, a row of 32 numbers from memory takes as long as 600 products.
    private const int Ahead = 24, Line = 16;

    /// <summary>Numbers that <see cref="Panels"/> writes.</summary>
    public static long PanelSize(int time, int width) => (time + TileProduct.Columns - 1) / TileProduct.Columns * TileProduct.Columns * (long)width;

    /// <summary>Asks for the row that is some rows behind the given one; it may lie behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Announce(float* rows, nint stride, int row, int width)
    {
        for (int i = 0; i < width; i += Line)
        {
            Sse.Prefetch0(rows + ((row + Ahead) * stride) + i);
        }
    }

    /// <summary>Rows behind one another.</summary>
    public static void Rows(float* source, nint stride, int first, int count, int width, float factor, Rotation rotation, float* target)
    {
        for (int row = 0; row < count; row++)
        {
            Announce(source, stride, first + row, width);
            rotation.Copy(source + ((first + row) * stride), target + ((long)row * width), width, first + row, factor, 1f);
        }
    }

    /// <summary>The transpose in panels of 16 tokens, [time / 16, width, 16]; zeros behind the last token.</summary>
    public static void Panels(float* source, nint stride, int time, int width, float* target)
    {
        for (int token = 0; token < time; token += 8)
        {
            float* panel = target + ((long)(token / TileProduct.Columns) * TileProduct.Columns * width) + (token % TileProduct.Columns);
            float* rows = source + (token * stride);
            for (int i = 0; i < 8; i++)
            {
                Announce(source, stride, token + i, width);
            }

            for (int k = 0; k < width; k += 8)
            {
                if (token + 8 <= time)
                {
                    Transpose(rows + k, stride, panel + ((long)k * TileProduct.Columns));
                }
                else
                {
                    for (int i = 0; i < 64; i++)
                    {
                        panel[((long)(k + (i / 8)) * TileProduct.Columns) + (i % 8)] = token + (i % 8) < time ? rows[((i % 8) * stride) + k + (i / 8)] : 0f;
                    }
                }
            }
        }

        if ((time + 7) / 8 % 2 == 1) // the second half of the last panel
        {
            float* panel = target + PanelSize(time, width) - ((long)TileProduct.Columns * width) + 8;
            for (int k = 0; k < width; k++)
            {
                Vector256<float>.Zero.Store(panel + ((long)k * TileProduct.Columns));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* source, nint stride, float* target)
    {
        Vector256<float> r0 = Vector256.Load(source), r1 = Vector256.Load(source + stride), r2 = Vector256.Load(source + (2 * stride)), r3 = Vector256.Load(source + (3 * stride));
        source += 4 * stride;
        Vector256<float> r4 = Vector256.Load(source), r5 = Vector256.Load(source + stride), r6 = Vector256.Load(source + (2 * stride)), r7 = Vector256.Load(source + (3 * stride));
        (Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3) = Quarter(r0, r1, r2, r3);
        (Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3) = Quarter(r4, r5, r6, r7);
        Join(a0, b0, target, 0);
        Join(a1, b1, target, 1);
        Join(a2, b2, target, 2);
        Join(a3, b3, target, 3);
    }

    /// <summary>Columns i and i + 4 of four rows, as the lower and upper half of vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> A, Vector256<float> B, Vector256<float> C, Vector256<float> D) Quarter(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3)
    {
        Vector256<float> low01 = Avx.UnpackLow(r0, r1), high01 = Avx.UnpackHigh(r0, r1), low23 = Avx.UnpackLow(r2, r3), high23 = Avx.UnpackHigh(r2, r3);
        return (Avx.Shuffle(low01, low23, 0x44), Avx.Shuffle(low01, low23, 0xEE), Avx.Shuffle(high01, high23, 0x44), Avx.Shuffle(high01, high23, 0xEE));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(Vector256<float> upper, Vector256<float> lower, float* target, int column)
    {
        Avx.Permute2x128(upper, lower, 0x20).Store(target + (column * TileProduct.Columns));
        Avx.Permute2x128(upper, lower, 0x31).Store(target + ((column + 4) * TileProduct.Columns));
    }
}
