using Palimpsest.Data.Gguf;

namespace Palimpsest.Torch.Packed;

/// <summary>Rows of any type that can be decoded, without loops of their own: each is unpacked before it is multiplied.</summary>
internal sealed unsafe class DecodedRows(GgufTensorType type) : RowFormat
{
    public override bool IsFused => false;

    public override nint Bytes(int width) => (nint)width / GgufBlocks.Values(type) * GgufBlocks.Bytes(type);

    public override void Widen(byte* row, int width, float* target, int spread = 8)
    {
        if (spread == 8)
        {
            GgufBlocks.Decode(type, new ReadOnlySpan<byte>(row, (int)Bytes(width)), new Span<float>(target, width));
            return;
        }

        // 256 values are a whole number of blocks of every type.
        float* part = stackalloc float[256];
        for (int i = 0; i < width; i += 256)
        {
            int count = Math.Min(256, width - i);
            GgufBlocks.Decode(type, new ReadOnlySpan<byte>(row + Bytes(i), (int)Bytes(count)), new Span<float>(part, count));
            SingleRows.Copy(part, count, target, spread);
            target += count / 8 * spread;
        }
    }

    public override void Dot4(byte* rows, nint stride, int width, float* x, float* y) => throw new NotSupportedException("Rows of this type are unpacked first.");
}
