using System.Runtime.Intrinsics;

namespace Palimpsest.Torch.Packed;

/// <summary>Rows of f32.</summary>
internal sealed unsafe class SingleRows : RowFormat
{
    public override nint Bytes(int width) => (nint)width * sizeof(float);

    public override void Widen(byte* row, int width, float* target, int spread = 8) => Copy((float*)row, width, target, spread);

    public override void Dot8(byte* rows, nint stride, int width, float* x, float* y) => RowTiles.Tile8x1((float*)rows, stride / sizeof(float), width, x, y);

    /// <summary>Copies a row, eight by eight.</summary>
    public static void Copy(float* row, int width, float* target, int spread)
    {
        int i = 0;
        for (; i <= width - 8; i += 8, target += spread)
        {
            Vector256.Load(row + i).Store(target);
        }

        new ReadOnlySpan<float>(row + i, width - i).CopyTo(new Span<float>(target, width - i));
    }
}
