using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, 32 signed bytes. y = d q.</summary>
internal readonly struct Q8_0 : IBlock
{
    public static int Values => 32;

    public static int Bytes => 34;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0);
        Lanes.Scale(Lanes.Load(block, 2).AsSByte(), d, values);
        Lanes.Scale(Lanes.Load(block, 18).AsSByte(), d, values[16..]);
    }
}
