using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>16 bytes with a 4-bit scale (lower) and minimum (upper) for 16 values each, 64 bytes of 2 bits, f16 d, f16 dmin. y = (d scale) q - dmin minimum.</summary>
/// <remarks>Each half of the block has 32 bytes; their lowest two bits are its first 32 values, the next two bits the next 32 values, and so on.</remarks>
internal readonly struct Q2_K : IBlock
{
    public static int Values => 256;

    public static int Bytes => 84;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 80), dmin = Lanes.Half(block, 82);
        for (int group = 0; group < 16; group++)
        {
            int half = group / 8, shift = group % 8 / 2 * 2;
            Vector128<byte> q = (Lanes.Load(block, 16 + (32 * half) + (16 * (group % 2))) >> shift) & Vector128.Create((byte)3);
            Lanes.Scale(q, d * (block[group] & 15), -(dmin * (block[group] >> 4)), values[(16 * group)..]);
        }
    }
}
