using System.Buffers.Binary;
using System.Numerics;

namespace Palimpsest.Numerics;

/// <summary>Reads what <see cref="BitWriter"/> wrote.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly long _end = 8L * bytes.Length;
    private long _at;

    /// <summary>Counts the ones before the next zero, which is read too.</summary>
    /// <exception cref="PalimpsestException">The bytes end before it.</exception>
    public long ReadOnes()
    {
        for (long start = _at; ;)
        {
            // Zeros are shifted in, so that a run of ones ends with what was read at the latest.
            int known = 64 - (int)(_at & 7), ones = BitOperations.LeadingZeroCount(~Next());
            _at += ones;
            if (_at >= _end)
            {
                throw SparseIndices.Damaged();
            }

            if (ones < known)
            {
                return _at++ - start;
            }
        }
    }

    /// <summary>Reads a number of at most 32 bits.</summary>
    /// <exception cref="PalimpsestException">The bytes end before its last bit.</exception>
    public uint Read(int width)
    {
        if (_at + width > _end)
        {
            throw SparseIndices.Damaged();
        }

        uint value = width == 0 ? 0 : (uint)(Next() >> (64 - width));
        _at += width;
        return value;
    }

    /// <summary>At least 57 bits from here on, then zeros, and zeros behind the end.</summary>
    private readonly ulong Next()
    {
        int place = (int)(_at >> 3);
        ulong word = 0;
        if (place <= _bytes.Length - 8)
        {
            word = BinaryPrimitives.ReadUInt64BigEndian(_bytes[place..]);
        }
        else
        {
            for (int shift = 56; place < _bytes.Length; shift -= 8)
            {
                word |= (ulong)_bytes[place++] << shift;
            }
        }

        return word << (int)(_at & 7);
    }
}
