using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, f16 dmin, 12 bytes of <see cref="Scales6"/>, 128 bytes: each 32 hold 32 values in their lower halves and the next 32 in the upper. y = (d scale) q - dmin minimum.</summary>
internal readonly struct Q4_K : IBlock
{
    public static int Values => 256;

    public static int Bytes => 144;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0), dmin = Lanes.Half(block, 2);
        for (int group = 0; group < 8; group++)
        {
            (int scale, int minimum) = Scales6.At(block.Slice(4, 12), group);
            float step = d * scale, offset = -(dmin * minimum);
            for (int side = 0; side < 32; side += 16)
            {
                Vector128<byte> q = Lanes.Load(block, 16 + (group / 2 * 32) + side);
                Lanes.Scale(group % 2 == 0 ? Lanes.Low(q) : Lanes.High(q), step, offset, values[((32 * group) + side)..]);
            }
        }
    }
}
