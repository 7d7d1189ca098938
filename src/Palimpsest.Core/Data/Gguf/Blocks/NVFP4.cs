using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>Four scales in 8-bit floating point (4 bits of exponent, 3 of fraction, no sign), then four times 8 bytes: 8 values in the lower halves, 8 in the upper. y = scale x, with x as in <see cref="MXFP4"/>.</summary>
internal readonly struct NVFP4 : IBlock
{
    public static int Values => 64;

    public static int Bytes => 36;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        for (int group = 0; group < 4; group++)
        {
            Vector128<byte> q = Vector128.Create(Vector64.Create(block.Slice(4 + (8 * group), 8)), Vector64.Create(block.Slice(4 + (8 * group), 8)) >> 4);
            Lanes.Scale(Vector128.Shuffle(MXFP4.Doubled, Lanes.Low(q).AsSByte()), HalfScale(block[group]), values[(16 * group)..]);
        }
    }

    // Half of the scale, because the codes are doubled. 0x7F, nan in the format, counts as zero.
    private static float HalfScale(byte code)
    {
        int exponent = (code >> 3) & 15, fraction = code & 7;
        return code == 0x7F ? 0 : exponent == 0 ? fraction * (1 / 1024f) : BitConverter.Int32BitsToSingle(((exponent + 119) << 23) | (fraction << 20));
    }
}
