using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, 16 bytes as in <see cref="Q4_0"/> that choose among 16 uneven levels. y = d level.</summary>
internal readonly struct IQ4_NL : IBlock
{
    public static int Values => 32;

    public static int Bytes => 18;

    /// <summary>The levels, denser around zero where most weights lie.</summary>
    public static Vector128<sbyte> Levels => Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0);
        Vector128<byte> q = Lanes.Load(block, 2);
        Lanes.Scale(Vector128.Shuffle(Levels, Lanes.Low(q).AsSByte()), d, values);
        Lanes.Scale(Vector128.Shuffle(Levels, Lanes.High(q).AsSByte()), d, values[16..]);
    }
}
