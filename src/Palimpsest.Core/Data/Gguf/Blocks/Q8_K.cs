using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f32 d, 256 signed bytes, 16 sums that decoding does not need. y = d q.</summary>
internal readonly struct Q8_K : IBlock
{
    public static int Values => 256;

    public static int Bytes => 292;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = BinaryPrimitives.ReadSingleLittleEndian(block);
        for (int at = 0; at < 256; at += 16)
        {
            Lanes.Scale(Lanes.Load(block, 4 + at).AsSByte(), d, values[at..]);
        }
    }
}
