using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Palimpsest.Runs;

/// <summary>Writes the few kinds of protocol buffer fields that events need.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    public ProtoWriter Integer(int field, long value) => Key(field, 0).Varint((ulong)value);

    public ProtoWriter Double(int field, double value)
    {
        Key(field, 1);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Key(field, 5);
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Block(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, Action<ProtoWriter> fill)
    {
        ProtoWriter inner = new();
        fill(inner);
        return Block(field, inner.Bytes);
    }

    private ProtoWriter Block(int field, ReadOnlySpan<byte> bytes)
    {
        Key(field, 2).Varint((ulong)bytes.Length);
        _buffer.Write(bytes);
        return this;
    }

    private ProtoWriter Key(int field, int wireType) => Varint((ulong)((field << 3) | wireType));

    private ProtoWriter Varint(ulong value)
    {
        Span<byte> bytes = _buffer.GetSpan(10);
        int count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[count++] = (byte)(value | 0x80);
        }

        bytes[count++] = (byte)value;
        _buffer.Advance(count);
        return this;
    }
}
