using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, 16 bytes: value i in the lower half of byte i, value i + 16 in the upper. y = d (q - 8).</summary>
internal readonly struct Q4_0 : IBlock
{
    public static int Values => 32;

    public static int Bytes => 18;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0);
        Vector128<byte> q = Lanes.Load(block, 2);
        Vector128<sbyte> middle = Vector128.Create((sbyte)8);
        Lanes.Scale(Lanes.Low(q).AsSByte() - middle, d, values);
        Lanes.Scale(Lanes.High(q).AsSByte() - middle, d, values[16..]);
    }
}
