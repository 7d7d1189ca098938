using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Palimpsest.Numerics;

/// <summary>One bit for every entry of a flat vector, packed: a thirty-second part of an f32 vector.</summary>
/// <remarks>
/// Bit i is bit i mod 64 of word i / 64. Methods that take an offset work on a block of entries and want it to begin at a multiple of 64, so that blocks never share a word.
/// Reading is thread-safe; so is writing to blocks that do not overlap and begin and end at multiples of 64.
/// </remarks>
public sealed class BitMask
{
    private const uint Magic = 0x314D4250; // "PBM1"
    private const int HeaderBytes = 16;
    private readonly ulong[] _words;

    /// <summary>A mask whose bits are all off.</summary>
    /// <param name="count">Number of bits.</param>
    public BitMask(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 64L * Array.MaxLength);
        _words = new ulong[(count + 63) / 64];
        Count = count;
    }

    /// <summary>Number of bits.</summary>
    public long Count { get; }

    /// <summary>The share of bits that are on, in [0, 1]; 0 for an empty mask.</summary>
    public double Density => Count == 0 ? 0 : PopCount() / (double)Count;

    /// <summary>One bit.</summary>
    public bool this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)Count, nameof(index));
            return (_words[index >> 6] >> (int)(index & 63) & 1) != 0;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)Count, nameof(index));
            ulong bit = 1ul << (int)(index & 63);
            _words[index >> 6] = value ? _words[index >> 6] | bit : _words[index >> 6] & ~bit;
        }
    }

    /// <summary>How many bits are on.</summary>
    public long PopCount()
    {
        long on = 0;
        foreach (ulong word in _words)
        {
            on += BitOperations.PopCount(word);
        }

        return on;
    }

    /// <summary>Sets the bits of a block: on where a score is above zero, off where it is zero, negative or NaN.</summary>
    /// <param name="offset">First bit, a multiple of 64.</param>
    /// <param name="scores">One score a bit, f32 or f64.</param>
    public void SetPositive<T>(long offset, ReadOnlySpan<T> scores)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<ulong> words = Words(offset, scores.Length);
        ref T first = ref MemoryMarshal.GetReference(scores);
        int i = 0;
        for (; i <= scores.Length - 64; i += 64)
        {
            words[i >> 6] = PositiveBits.Of(ref Unsafe.Add(ref first, i));
        }

        for (; i < scores.Length; i++)
        {
            ulong bit = 1ul << (i & 63);
            words[i >> 6] = scores[i] > T.Zero ? words[i >> 6] | bit : words[i >> 6] & ~bit;
        }
    }

    /// <summary>Sets the values of a block to +0 where the bit is off; the others keep their bits.</summary>
    /// <param name="offset">First bit, a multiple of 64.</param>
    /// <param name="values">One value a bit.</param>
    public void Apply(long offset, Span<float> values)
    {
        ReadOnlySpan<ulong> words = Words(offset, values.Length);
        ref float first = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= values.Length - 64; i += 64)
        {
            ulong word = words[i >> 6];
            for (int lane = 0; lane < 64; lane += 8)
            {
                (Vector256.LoadUnsafe(ref first, (nuint)(i + lane)).AsUInt32() & Spread((uint)(word >> lane))).AsSingle().StoreUnsafe(ref first, (nuint)(i + lane));
            }
        }

        for (; i < values.Length; i++)
        {
            values[i] = (words[i >> 6] >> (i & 63) & 1) != 0 ? values[i] : 0f;
        }
    }

    /// <summary>Puts other values in the place of those of a block whose bit is off; the others keep their bits.</summary>
    /// <param name="offset">First bit, a multiple of 64.</param>
    /// <param name="others">One value a bit.</param>
    /// <param name="values">One value a bit.</param>
    public void Restore(long offset, ReadOnlySpan<float> others, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(others.Length, values.Length, nameof(others));
        ReadOnlySpan<ulong> words = Words(offset, values.Length);
        int i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            Vector256.ConditionalSelect(Spread(words, i).AsSingle(), Vector256.Create(values[i..]), Vector256.Create(others[i..])).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = (words[i >> 6] >> (i & 63) & 1) != 0 ? values[i] : others[i];
        }
    }

    /// <summary>Adds one to each count of a block whose bit is on.</summary>
    /// <param name="offset">First bit, a multiple of 64.</param>
    /// <param name="counts">One count a bit.</param>
    public void AddTo(long offset, Span<int> counts)
    {
        ReadOnlySpan<ulong> words = Words(offset, counts.Length);
        int i = 0;
        for (; i <= counts.Length - 8; i += 8)
        {
            // A bit that is on is spread to -1.
            (Vector256.Create<int>(counts[i..]) - Spread(words, i).AsInt32()).CopyTo(counts[i..]);
        }

        for (; i < counts.Length; i++)
        {
            counts[i] += (int)(words[i >> 6] >> (i & 63) & 1);
        }
    }

    /// <summary>Keeps only the bits that are on in <paramref name="other"/> too.</summary>
    public void And(BitMask other) => Combine(other, static (a, b) => a & b);

    /// <summary>Turns on the bits that are on in <paramref name="other"/>.</summary>
    public void Or(BitMask other) => Combine(other, static (a, b) => a | b);

    /// <summary>Turns off the bits that are on in <paramref name="other"/>.</summary>
    public void AndNot(BitMask other) => Combine(other, static (a, b) => a & ~b);

    /// <summary>Whether both masks have equal lengths and bits.</summary>
    public bool ContentEquals(BitMask? other) => other is not null && Count == other.Count && _words.AsSpan().SequenceEqual(other._words);

    /// <summary>Writes the mask: "PBM1", 4 bytes of zeros, the number of bits (int64), the words, the SHA-256 of all that; little-endian.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Count);
        Put(header, stream, hash);
        for (int at = 0; at < _words.Length; at += 1 << 16)
        {
            Put(MemoryMarshal.AsBytes(_words.AsSpan(at, Math.Min(1 << 16, _words.Length - at))), stream, hash);
        }

        stream.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Read up to the end of the mask.</param>
    /// <param name="count">The number of bits that the mask must have; nothing is allocated for another one.</param>
    /// <param name="source">What the mask is read from, for messages.</param>
    /// <exception cref="PalimpsestException">It is no mask, belongs to a vector of another length, was cut or was changed.</exception>
    public static BitMask Read(Stream stream, long count, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[HeaderBytes];
        Take(stream, header, source);
        hash.AppendData(header);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic || BinaryPrimitives.ReadInt32LittleEndian(header[4..]) != 0)
        {
            throw new PalimpsestException($"{source}: is not a bit mask. Give a file that Palimpsest wrote.");
        }

        long found = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        if (found != count)
        {
            throw new PalimpsestException($"{source}: holds a mask of {found} bits where {count} are needed; it belongs to another model.");
        }

        BitMask mask = new(count);
        for (int at = 0; at < mask._words.Length; at += 1 << 16)
        {
            Span<byte> part = MemoryMarshal.AsBytes(mask._words.AsSpan(at, Math.Min(1 << 16, mask._words.Length - at)));
            Take(stream, part, source);
            hash.AppendData(part);
        }

        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        Take(stream, stored, source);
        bool padded = (count & 63) != 0 && mask._words[^1] >> (int)(count & 63) != 0;
        return !padded && stored.SequenceEqual(hash.GetHashAndReset())
            ? mask
            : throw new PalimpsestException($"{source}: is damaged, its checksum does not fit its content. Make it again from the owner's data.");
    }

    /// <summary>The words of a block.</summary>
    internal Span<ulong> Words(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset & 63, 0, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Count, nameof(length));
        return _words.AsSpan((int)(offset >> 6), (length + 63) >> 6);
    }

    /// <summary>Eight bits from a multiple of eight on, each as a lane of all ones or all zeros.</summary>
    internal static Vector256<uint> Spread(ReadOnlySpan<ulong> words, int at) => Spread((uint)(words[at >> 6] >> (at & 63)));

    /// <summary>The eight lowest bits, each as a lane of all ones or all zeros.</summary>
    internal static Vector256<uint> Spread(uint bits)
    {
        Vector256<uint> places = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        return Vector256.Equals(Vector256.Create(bits) & places, places);
    }

    private void Combine(BitMask other, Func<Vector<ulong>, Vector<ulong>, Vector<ulong>> rule)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Count, Count, nameof(other));
        int i = 0;
        for (; i <= _words.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            rule(new Vector<ulong>(_words, i), new Vector<ulong>(other._words, i)).CopyTo(_words, i);
        }

        for (; i < _words.Length; i++)
        {
            _words[i] = rule(new Vector<ulong>(_words[i]), new Vector<ulong>(other._words[i]))[0];
        }
    }

    private static void Put(ReadOnlySpan<byte> bytes, Stream stream, IncrementalHash hash)
    {
        stream.Write(bytes);
        hash.AppendData(bytes);
    }

    private static void Take(Stream stream, Span<byte> bytes, string source)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new PalimpsestException($"{source}: ends inside the mask; it was cut. Make it again from the owner's data.");
        }
    }
}
