namespace Palimpsest.Torch.Packed;

/// <summary>Rows of f32.</summary>
internal sealed unsafe class SingleRows : RowFormat
{
    public override nint Bytes(int width) => (nint)width * sizeof(float);

    public override void Widen(byte* row, int width, float* target, int spread = 8) => Copy((float*)row, width, target, spread);

    public override void Dot4(byte* rows, nint stride, int width, float* x, float* y) => RowTiles.Tile4x1((float*)rows, stride / sizeof(float), width, x, y);

    /// <summary>Copies a row, eight by eight.</summary>
    public static void Copy(float* row, int width, float* target, int spread)
    {
        for (int i = 0; i < width; i += 8, target += spread)
        {
            new ReadOnlySpan<float>(row + i, Math.Min(8, width - i)).CopyTo(new Span<float>(target, 8));
        }
    }
}
