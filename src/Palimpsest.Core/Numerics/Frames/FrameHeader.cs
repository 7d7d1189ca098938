using System.Buffers.Binary;
using Palimpsest.Common;

namespace Palimpsest.Numerics.Frames;

/// <summary>What stands before the values of a frame.</summary>
/// <remarks>"PVFR"; a byte each for version, value codec, support and index codec; n and k (int64); block (int32); the CRC-32C of all else. Little-endian.</remarks>
/// <param name="Values">How values are written.</param>
/// <param name="Support">Where they belong.</param>
/// <param name="Indices">How written positions are written.</param>
/// <param name="N">Length of the vector.</param>
/// <param name="K">Number of values.</param>
/// <param name="Block">Values that share a scale.</param>
internal readonly record struct FrameHeader(ValueCodec Values, FrameSupport Support, IndexCodec Indices, long N, long K, int Block)
{
    public const int Length = 32;
    private const int ChecksumAt = 28;
    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "PVFR"u8;

    /// <summary>Bytes of scales and values.</summary>
    public long ValueBytes => FrameValues.Bytes(K, Values, Block);

    /// <summary>Writes the header before a body that is complete.</summary>
    public void Write(Span<byte> frame)
    {
        Magic.CopyTo(frame);
        frame[4] = Version;
        frame[5] = (byte)Values;
        frame[6] = (byte)Support;
        frame[7] = (byte)Indices;
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], N);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], K);
        BinaryPrimitives.WriteInt32LittleEndian(frame[24..], Block);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumAt..], Checksum(frame));
    }

    /// <summary>Reads the header, and holds it against the checksum and the length of the frame. Of the body only written positions can still be wrong.</summary>
    /// <exception cref="PalimpsestException">It is no frame, of another version, cut, damaged or impossible.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> frame)
    {
        if (!frame.StartsWith(Magic))
        {
            throw Refused("it does not begin with \"PVFR\"");
        }

        if (frame.Length < Length)
        {
            throw Refused($"it has {frame.Length} bytes, less than a header of {Length}");
        }

        if (frame[4] != Version)
        {
            throw new PalimpsestException(
                $"A frame of version {frame[4]} was received, and this program reads version {Version}. Use the same version of Palimpsest on both sides.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumAt..]) != Checksum(frame))
        {
            throw Refused("its checksum does not fit its content");
        }

        FrameHeader header = new(
            (ValueCodec)frame[5], (FrameSupport)frame[6], (IndexCodec)frame[7], BinaryPrimitives.ReadInt64LittleEndian(frame[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(frame[16..]), BinaryPrimitives.ReadInt32LittleEndian(frame[24..]));
        return header.Impossible(frame.Length - Length) is string what ? throw Refused(what) : header;
    }

    private string? Impossible(int body) => this switch
    {
        _ when !Enum.IsDefined(Values) => $"it names value codec {(int)Values}, which does not exist",
        _ when !Enum.IsDefined(Support) => $"it names support {(int)Support}, which does not exist",
        _ when !Enum.IsDefined(Indices) || (Support != FrameSupport.Written && Indices != default) => $"it names index codec {(int)Indices}, which has no part in it",
        _ when N < 0 || N > Array.MaxLength => $"it names a vector of {N} entries",
        _ when K < 0 || K > N || (Support == FrameSupport.Whole && K != N) => $"it names {K} values of a vector of {N}",
        _ when Block < 0 || !BlockFits => $"it names blocks of {Block} values",
        _ when body < ValueBytes || (body > ValueBytes && Support != FrameSupport.Written) => $"its header calls for {ValueBytes} bytes of values and it has {body}",
        _ => null,
    };

    private bool BlockFits => Values switch
    {
        ValueCodec.Nf4 => Block == NormalFloat4.BlockSize,
        ValueCodec.F32 or ValueCodec.F16 => Block == 0,
        _ => true,
    };

    private static uint Checksum(ReadOnlySpan<byte> frame) => Crc32C.Of(frame[Length..], Crc32C.Of(frame[..ChecksumAt]));

    /// <summary>A refusal of a frame.</summary>
    internal static PalimpsestException Refused(string what) =>
        new($"A frame was refused: {what}. It was damaged on its way or comes from another program: send it again.");
}
