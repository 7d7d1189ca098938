using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, f16 m, 32 fifth bits, 16 bytes of lower bits as in <see cref="Q4_0"/>. y = d q + m.</summary>
internal readonly struct Q5_1 : IBlock
{
    public static int Values => 32;

    public static int Bytes => 24;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0), m = Lanes.Half(block, 2);
        uint fifth = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        Vector128<byte> q = Lanes.Load(block, 8);
        Lanes.Scale(Lanes.Low(q) | Lanes.Bits((ushort)fifth, 16), d, m, values);
        Lanes.Scale(Lanes.High(q) | Lanes.Bits((ushort)(fifth >> 16), 16), d, m, values[16..]);
    }
}
