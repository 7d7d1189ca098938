namespace Palimpsest.Torch.Packed;

/// <summary>The products of <see cref="RowProducts"/> one number at a time, for machines without the instructions and as their reference: the same sums in the
/// same order, so the same bits.</summary>
internal static unsafe class PlainProducts
{
    /// <inheritdoc cref="RowProducts.Multiply"/>
    public static void Multiply(
        RowFormat format, byte* weights, nint stride, int width, int begin, int end,
        float* x, int columns, float* y, int rows, float* scratch)
    {
        for (int row = begin; row < end; row++)
        {
            format.Widen(weights + (row * stride), width, scratch);
            for (int column = 0; column < columns; column++)
            {
                y[((nint)column * rows) + row] = Dot(scratch, x + ((nint)column * width), width);
            }
        }
    }

    private static float Dot(float* w, float* x, int width)
    {
        float* sums = stackalloc float[8];
        new Span<float>(sums, 8).Clear();
        int whole = width & ~7;
        for (int i = 0; i < whole; i++)
        {
            sums[i & 7] = MathF.FusedMultiplyAdd(x[i], w[i], sums[i & 7]);
        }

        float rest = 0;
        for (int i = whole; i < width; i++)
        {
            rest += w[i] * x[i];
        }

        return (sums[0] + sums[1]) + (sums[2] + sums[3]) + ((sums[4] + sums[5]) + (sums[6] + sums[7])) + rest;
    }
}
