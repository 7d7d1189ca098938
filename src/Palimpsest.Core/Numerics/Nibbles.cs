using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics;

/// <summary>Two codes of four bits a byte, the first of a pair in the high half.</summary>
internal static class Nibbles
{
    /// <summary>Packs an even number of codes.</summary>
    /// <param name="codes">Their low halves count.</param>
    /// <param name="packed">Receives half as many bytes.</param>
    public static void Pack(ReadOnlySpan<byte> codes, Span<byte> packed)
    {
        int i = 0;
        for (; i <= codes.Length - 32; i += 32)
        {
            // A pair is a little-endian number: its first code lies in the low byte.
            Vector256<ushort> pairs = Vector256.Create(codes[i..]).AsUInt16();
            Vector256<ushort> bytes = ((pairs << 4) | ((pairs >>> 8) & Vector256.Create((ushort)15))) & Vector256.Create((ushort)0xFF);
            Vector128.Narrow(bytes.GetLower(), bytes.GetUpper()).CopyTo(packed[(i / 2)..]);
        }

        for (; i < codes.Length; i += 2)
        {
            packed[i / 2] = (byte)((codes[i] << 4) | (codes[i + 1] & 15));
        }
    }

    /// <summary>Unpacks codes from -8 to 7 in two's complement.</summary>
    /// <param name="packed">Two codes a byte.</param>
    /// <param name="codes">Receives as many as asked for.</param>
    public static void UnpackSigned(ReadOnlySpan<byte> packed, Span<sbyte> codes)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)((sbyte)(packed[i / 2] << ((i & 1) * 4)) >> 4);
        }
    }
}
