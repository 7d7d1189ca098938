using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, upper two and lower four bits of 8 scales, 128 bytes: 8 times 16 as in <see cref="IQ4_NL"/>. y = (d (scale - 32)) level.</summary>
internal readonly struct IQ4_XS : IBlock
{
    public static int Values => 256;

    public static int Bytes => 136;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0);
        int upper = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        uint lower = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        for (int group = 0; group < 8; group++)
        {
            int scale = (int)((lower >> (4 * group)) & 15) | (((upper >> (2 * group)) & 3) << 4);
            float step = d * (scale - 32);
            Vector128<byte> q = Lanes.Load(block, 8 + (16 * group));
            Lanes.Scale(Vector128.Shuffle(IQ4_NL.Levels, Lanes.Low(q).AsSByte()), step, values[(32 * group)..]);
            Lanes.Scale(Vector128.Shuffle(IQ4_NL.Levels, Lanes.High(q).AsSByte()), step, values[((32 * group) + 16)..]);
        }
    }
}
