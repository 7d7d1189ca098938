using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>As <see cref="Q4_K"/> with 32 bytes of fifth bits before the lower ones; bit i of them belongs to the i-th 32 values. y = (d scale) q - dmin minimum.</summary>
internal readonly struct Q5_K : IBlock
{
    public static int Values => 256;

    public static int Bytes => 176;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0), dmin = Lanes.Half(block, 2);
        for (int group = 0; group < 8; group++)
        {
            (int scale, int minimum) = Scales6.At(block.Slice(4, 12), group);
            float step = d * scale, offset = -(dmin * minimum);
            for (int side = 0; side < 32; side += 16)
            {
                Vector128<byte> q = Lanes.Load(block, 48 + (group / 2 * 32) + side);
                Vector128<byte> fifth = Lanes.Bit(Lanes.Load(block, 16 + side), (byte)(1 << group), 16);
                Lanes.Scale((group % 2 == 0 ? Lanes.Low(q) : Lanes.High(q)) | fifth, step, offset, values[((32 * group) + side)..]);
            }
        }
    }
}
