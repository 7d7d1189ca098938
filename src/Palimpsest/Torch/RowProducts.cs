using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Torch;

/// <summary>Products of the rows of a matrix with vectors: y[column, row] = sum over i of w[row, i] * x[column, i].</summary>
/// <remarks>
/// A libtorch product of one token costs microseconds before it begins; these loops read the weights once for all columns and go at the speed of the memory.
/// Activations are f32, and so is every weight once it is unpacked, which happens in registers for one column and in the first-level cache for several. Every
/// sum is taken in the same order however the weights lie and however many columns and threads there are: a sequence gets the same bits alone and in a batch,
/// and from blocks the same as from their values in f32.
/// </remarks>
internal static unsafe class RowProducts
{
    // Rows that are unpacked together: as many as the widest tile takes.
    private const int Panel = 8;

    /// <summary>Bytes from what is multiplied to what is fetched from memory meanwhile. Rows of blocks are too short and too crooked for the processor to
    /// foresee: without this they came at 6 GB/s where f32 came at 33.</summary>
    public const int Ahead = 8192;

    /// <summary>Whether this machine has the instructions; without them the same sums are taken one by one.</summary>
    public static bool IsSupported => Fma.IsSupported && Avx2.IsSupported;

    /// <summary>Floats of scratch that <see cref="Multiply"/> needs.</summary>
    public static int Scratch(int width) => Panel * width;

    /// <summary>Multiplies the rows from <paramref name="begin"/> up to <paramref name="end"/>.</summary>
    /// <param name="format">How the weights lie.</param>
    /// <param name="weights">Row 0.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="width">Elements of a row that count, a whole number of blocks.</param>
    /// <param name="begin">First row.</param>
    /// <param name="end">Row behind the last.</param>
    /// <param name="x">[columns, width]</param>
    /// <param name="columns">How many vectors.</param>
    /// <param name="y">[columns, rows]; only the rows asked for are written.</param>
    /// <param name="rows">Elements from a column of <paramref name="y"/> to the next.</param>
    /// <param name="scratch">As many floats as <see cref="Scratch"/> says.</param>
    public static void Multiply(
        RowFormat format, byte* weights, nint stride, int width, int begin, int end,
        float* x, int columns, float* y, int rows, float* scratch)
    {
        if (!IsSupported)
        {
            PlainProducts.Multiply(format, weights, stride, width, begin, end, x, columns, y, rows, scratch);
            return;
        }

        int row = begin;
        bool single = format == RowFormat.F32;
        if (columns == 1 && format.IsFused)
        {
            // As many sums at once as hide how long each product takes.
            for (; row + Panel <= end; row += Panel)
            {
                format.Dot8(weights + (row * stride), stride, width, x, y + row);
            }
        }
        else if (WideTiles.Fit(width, columns))
        {
            for (; row + Panel <= end && single; row += Panel)
            {
                WideTiles.Multiply(new WideSingles(weights + (row * stride), stride), width, x, columns, y + row, rows);
            }

            for (; row + Panel <= end; row += Panel)
            {
                WideTiles.Multiply(WideTiles.Widen(format, weights + (row * stride), stride, width, scratch), width, x, columns, y + row, rows);
            }
        }

        // Unpacked rows lie side by side in the scratch.
        nint step = single ? stride / sizeof(float) : width;
        for (; row + 4 <= end; row += 4)
        {
            float* block = single ? (float*)(weights + (row * stride)) : Widen(format, weights + (row * stride), stride, 4, width, scratch);
            int column = 0;
            for (; column + 3 <= columns; column += 3)
            {
                RowTiles.Tile4x3(block, step, width, x + ((nint)column * width), y + ((nint)column * rows) + row, rows);
            }

            if (columns - column == 2)
            {
                RowTiles.Tile4x2(block, step, width, x + ((nint)column * width), y + ((nint)column * rows) + row, rows);
            }
            else if (columns - column == 1)
            {
                RowTiles.Tile4x1(block, step, width, x + ((nint)column * width), y + ((nint)column * rows) + row);
            }
        }

        for (; row < end; row++)
        {
            float* alone = single ? (float*)(weights + (row * stride)) : Widen(format, weights + (row * stride), stride, 1, width, scratch);
            for (int column = 0; column < columns; column++)
            {
                y[((nint)column * rows) + row] = RowTiles.Dot(alone, x + ((nint)column * width), width);
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

    /// <summary>Lets memory come that is needed soon; what lies behind the end of the weights does no harm.</summary>
    public static void Fetch(byte* at, nint bytes)
    {
        for (byte* end = at + bytes; at < end; at += 64)
        {
            Sse.Prefetch1(at);
        }
    }

    private static float* Widen(RowFormat format, byte* source, nint stride, int rows, int width, float* target)
    {
        for (int row = 0; row < rows; row++)
        {
            Fetch(source + ((rows + row) * stride), stride);
            format.Widen(source + (row * stride), width, target + ((nint)row * width));
        }

        return target;
    }
}
