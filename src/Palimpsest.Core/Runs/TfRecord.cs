using System.Buffers.Binary;
using System.Numerics;
using Palimpsest.Common;

namespace Palimpsest.Runs;

/// <summary>The framing of records in TensorFlow's files: length, masked checksum of the length, data, masked checksum of the data, all little-endian.</summary>
internal static class TfRecord
{
    /// <summary>A record with its frame, to be written in one piece.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[12 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Mask(Crc32C.Of(record.AsSpan(0, 8))));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Mask(Crc32C.Of(data)));
        return record;
    }

    // A checksum over bytes that hold checksums is weak, so TensorFlow rotates it and adds a constant (tensorflow/core/lib/hash/crc32c.h).
    private static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xA282EAD8;
}
