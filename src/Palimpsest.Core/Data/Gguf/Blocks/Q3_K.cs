using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>32 bytes of third bits, 64 bytes of lower two bits, 12 bytes with 16 scales of 6 bits, f16 d. y = (d (scale - 32)) (q - 4), where the third bit stands for 4.</summary>
/// <remarks>The lower bits lie as in <see cref="Q2_K"/>; bit i of the third bits belongs to the i-th 32 values. The lower four bits of the scales fill 8 bytes (scales 0 to 7 in the lower halves), their upper two bits 4 bytes.</remarks>
internal readonly struct Q3_K : IBlock
{
    public static int Values => 256;

    public static int Bytes => 110;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 108);
        ReadOnlySpan<byte> scales = block.Slice(96, 12);
        for (int group = 0; group < 16; group++)
        {
            int half = group / 8, shift = group % 8 / 2 * 2, side = 16 * (group % 2);
            Vector128<byte> q = (Lanes.Load(block, 32 + (32 * half) + side) >> shift) & Vector128.Create((byte)3);
            q |= Lanes.Bit(Lanes.Load(block, side), (byte)(1 << (group / 2)), 4);
            int lower = group < 8 ? scales[group] & 15 : scales[group - 8] >> 4;
            int upper = (scales[8 + (group % 4)] >> (group / 4 * 2)) & 3;
            Lanes.Scale(q.AsSByte() - Vector128.Create((sbyte)4), d * ((lower | (upper << 4)) - 32), values[(16 * group)..]);
        }
    }
}
