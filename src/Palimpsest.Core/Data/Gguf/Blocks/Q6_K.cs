using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>128 bytes of lower four bits, 64 bytes of upper two, 16 signed bytes of scales, f16 d. y = (d scale) (q - 32).</summary>
/// <remarks>Each half of the block has 64 bytes of lower bits (two times 32 values in the lower halves, two times 32 in the upper) and 32 bytes of upper bits, two for each of the four times 32.</remarks>
internal readonly struct Q6_K : IBlock
{
    public static int Values => 256;

    public static int Bytes => 210;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 208);
        Vector128<sbyte> middle = Vector128.Create((sbyte)32);
        for (int group = 0; group < 16; group++)
        {
            int half = group / 8, quarter = group % 8 / 2, side = 16 * (group % 2);
            Vector128<byte> lower = Lanes.Load(block, (64 * half) + (32 * (quarter % 2)) + side);
            lower = quarter < 2 ? Lanes.Low(lower) : Lanes.High(lower);
            Vector128<byte> upper = (Lanes.Load(block, 128 + (32 * half) + side) >> (2 * quarter)) & Vector128.Create((byte)3);
            Lanes.Scale((lower | (upper << 4)).AsSByte() - middle, d * (sbyte)block[192 + group], values[(16 * group)..]);
        }
    }
}
