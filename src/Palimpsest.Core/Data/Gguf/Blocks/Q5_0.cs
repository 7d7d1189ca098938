using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>f16 d, 32 fifth bits, 16 bytes of lower bits as in <see cref="Q4_0"/>. y = d (q - 16).</summary>
internal readonly struct Q5_0 : IBlock
{
    public static int Values => 32;

    public static int Bytes => 22;

    public static void Decode(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Lanes.Half(block, 0);
        uint fifth = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        Vector128<byte> q = Lanes.Load(block, 6);
        Vector128<sbyte> middle = Vector128.Create((sbyte)16);
        Lanes.Scale((Lanes.Low(q) | Lanes.Bits((ushort)fifth, 16)).AsSByte() - middle, d, values);
        Lanes.Scale((Lanes.High(q) | Lanes.Bits((ushort)(fifth >> 16), 16)).AsSByte() - middle, d, values[16..]);
    }
}
