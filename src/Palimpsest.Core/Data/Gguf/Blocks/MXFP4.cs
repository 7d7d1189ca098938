using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>A byte e, 16 bytes as in <see cref="Q4_0"/> of 4-bit floating point. y = 2^(e - 127) x.</summary>
/// <remarks>OCP Microscaling Formats (MX) Specification 1.0, 2023, section 5.3.3; an exponent of 255, nan there, is 2^128 here, as the reference decoder has it.</remarks>
internal readonly struct MXFP4 : IBlock
{
    public static int Values => 32;

    public static int Bytes => 17;

    /// <summary>Twice the values of the 16 codes (sign, two bits of exponent, one of fraction), so that they are whole.</summary>
    public static Vector128<sbyte> Doubled => Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        // 2^(e - 128): the exponent is one less because the codes are doubled; the two smallest are subnormal.
        int e = block[0];
        float d = BitConverter.Int32BitsToSingle(e < 2 ? 0x00200000 << e : (e - 1) << 23);
        Vector128<byte> q = Lanes.Load(block, 1);
        Lanes.Scale(Vector128.Shuffle(Doubled, Lanes.Low(q).AsSByte()), d, values);
        Lanes.Scale(Vector128.Shuffle(Doubled, Lanes.High(q).AsSByte()), d, values[16..]);
    }
}
