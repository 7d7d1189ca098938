using System.Buffers.Binary;

namespace Palimpsest.Numerics;

/// <summary>Writes numbers of few bits, highest bit first, thirty-two bits at a time.</summary>
internal ref struct BitWriter(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;
    private ulong _held;
    private int _count;
    private int _at;

    /// <summary>Writes a one for each of a count.</summary>
    public void WriteOnes(uint count)
    {
        for (; count > 31; count -= 31)
        {
            Write(int.MaxValue, 31);
        }

        Write((1u << (int)count) - 1, (int)count);
    }

    /// <summary>Writes the low bits of a value that has no others.</summary>
    public void Write(uint value, int width)
    {
        // Less than 32 bits are held between calls, so that 32 more find room.
        _held = _held << width | value;
        _count += width;
        if (_count >= 32)
        {
            _count -= 32;
            BinaryPrimitives.WriteUInt32BigEndian(_bytes[_at..], (uint)(_held >> _count));
            _at += 4;
        }
    }

    /// <summary>Writes what is held, the last byte filled up with zeros.</summary>
    public void Flush()
    {
        for (; _count > 0; _count -= 8)
        {
            _bytes[_at++] = (byte)(_count >= 8 ? _held >> (_count - 8) : _held << (8 - _count));
        }
    }
}
