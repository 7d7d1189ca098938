using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, f16 m, 16 bytes as in <see cref="Q4_0"/>. y = d q + m.</summary>
internal readonly struct Q4_1 : IBlock
{
    public static int Values => 32;

    public static int Bytes => 20;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0), m = Lanes.Half(block, 2);
        Vector128<byte> q = Lanes.Load(block, 4);
        Lanes.Scale(Lanes.Low(q), d, m, values);
        Lanes.Scale(Lanes.High(q), d, m, values[16..]);
    }
}
