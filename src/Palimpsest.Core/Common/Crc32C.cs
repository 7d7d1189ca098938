using System.Buffers.Binary;
using System.Numerics;

namespace Palimpsest.Common;

/// <summary>The CRC of Castagnoli (RFC 3720, appendix B.4): finds chance damage, not intent.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of data, or of data that follow others.</summary>
    /// <param name="data">Bytes.</param>
    /// <param name="before">The checksum of what comes before them, 0 for nothing.</param>
    public static uint Of(ReadOnlySpan<byte> data, uint before = 0)
    {
        uint crc = ~before;
        for (; data.Length >= 8; data = data[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
