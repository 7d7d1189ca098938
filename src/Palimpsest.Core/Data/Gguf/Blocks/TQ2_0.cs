using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>64 bytes of 2 bits laid out as in <see cref="Q2_K"/>, f16 d. y = d (q - 1).</summary>
internal readonly struct TQ2_0 : IBlock
{
    public static int Values => 256;

    public static int Bytes => 66;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 64);
        for (int group = 0; group < 16; group++)
        {
            Vector128<byte> q = (Lanes.Load(block, (32 * (group / 8)) + (16 * (group % 2))) >> (group % 8 / 2 * 2)) & Vector128.Create((byte)3);
            Lanes.Scale(q.AsSByte() - Vector128<sbyte>.One, d, values[(16 * group)..]);
        }
    }
}
