using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Palimpsest.Numerics;

/// <summary>A counter-based random stream: Philox 4x32-10 keyed by SHA-256 of a seed and a path of names.</summary>
/// <remarks>
/// Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011. Every owner, client, worker and purpose derives a stream of its own with <see cref="Child"/>, so results do not depend
/// on the number of workers or on the order of events. The state is one 64-bit <see cref="Position"/>, counted in 32-bit words; a stream with the same path set to the same position gives the
/// same values on every machine. Not safe for use by several threads at once. Not a cryptographic generator.
/// </remarks>
public sealed class RandomStream
{
    private readonly byte[] _identity;
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly ulong _high;
    private readonly uint[] _block = new uint[4];
    private ulong _blockIndex = ulong.MaxValue;

    /// <summary>The root stream of a seed.</summary>
    /// <param name="seed">Any value; equal seeds give equal streams.</param>
    /// <param name="path">Names that set the stream apart from its siblings.</param>
    public RandomStream(long seed, params ReadOnlySpan<string> path)
        : this(Derive(BitConverter.GetBytes(BitConverter.IsLittleEndian ? seed : BinaryPrimitives.ReverseEndianness(seed)), path))
    {
    }

    private RandomStream(byte[] identity)
    {
        _identity = identity;
        _key0 = BinaryPrimitives.ReadUInt32LittleEndian(identity);
        _key1 = BinaryPrimitives.ReadUInt32LittleEndian(identity.AsSpan(4));
        _high = BinaryPrimitives.ReadUInt64LittleEndian(identity.AsSpan(8));
    }

    /// <summary>How many 32-bit words have been drawn. Setting it moves the stream there in constant time.</summary>
    public ulong Position { get; set; }

    /// <summary>A stream of its own under this one; it does not depend on this stream's position.</summary>
    /// <param name="path">Names, at least one.</param>
    public RandomStream Child(params ReadOnlySpan<string> path) => new(Derive(_identity, path));

    /// <summary>The same stream from its beginning, with a position of its own; cheaper than <see cref="Child"/>, which hashes.</summary>
    internal RandomStream Again() => new(_identity);

    /// <summary>A 63-bit seed for a foreign generator, taken from the stream's identity and not from its position.</summary>
    public long DeriveSeed() => BinaryPrimitives.ReadInt64LittleEndian(_identity.AsSpan(16)) & long.MaxValue;

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        ulong block = Position >> 2;
        if (block != _blockIndex)
        {
            Fill(block);
        }

        return _block[Position++ & 3];
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64() => NextUInt32() | ((ulong)NextUInt32() << 32);

    /// <summary>The next random bits, many at once: the same as calling <see cref="NextUInt32"/> for each word, a little faster.</summary>
    /// <param name="words">Filled whole.</param>
    public void Fill(Span<uint> words)
    {
        int i = 0;
        for (; i < words.Length && (Position & 3) != 0; i++)
        {
            words[i] = NextUInt32();
        }

        for (; i <= words.Length - 4; i += 4, Position += 4)
        {
            Philox(((UInt128)_high << 64) | (Position >> 2), _key0, _key1, words[i..]);
        }

        for (; i < words.Length; i++)
        {
            words[i] = NextUInt32();
        }
    }

    /// <summary>A uniform integer in [0, <paramref name="bound"/>), without bias (Lemire's rejection).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ulong product = (ulong)NextUInt32() * (uint)bound;
        if ((uint)product < (uint)bound)
        {
            uint threshold = (uint)-bound % (uint)bound;
            while ((uint)product < threshold)
            {
                product = (ulong)NextUInt32() * (uint)bound;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A standard normal number (Box-Muller, one of the pair).</summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - NextDouble()));
        return radius * Math.Cos(2.0 * Math.PI * NextDouble());
    }

    /// <summary>Puts the items into a uniformly random order (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A uniformly random item.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[NextInt(items.Count)];

    private static byte[] Derive(ReadOnlySpan<byte> parent, ReadOnlySpan<string> path)
    {
        byte[] identity = SHA256.HashData(parent);
        foreach (string name in path)
        {
            // The length prefix keeps ("ab", "c") apart from ("a", "bc").
            byte[] text = Encoding.UTF8.GetBytes(name);
            byte[] message = new byte[identity.Length + 4 + text.Length];
            identity.CopyTo(message, 0);
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(identity.Length), text.Length);
            text.CopyTo(message, identity.Length + 4);
            identity = SHA256.HashData(message);
        }

        return identity;
    }

    private void Fill(ulong block)
    {
        Philox(((UInt128)_high << 64) | block, _key0, _key1, _block);
        _blockIndex = block;
    }

    /// <summary>One Philox 4x32-10 block.</summary>
    internal static void Philox(UInt128 counter, uint key0, uint key1, Span<uint> output)
    {
        uint c0 = (uint)counter, c1 = (uint)(counter >> 32), c2 = (uint)(counter >> 64), c3 = (uint)(counter >> 96);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)0xD2511F53u * c0, p1 = (ulong)0xCD9E8D57u * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ key0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ key1, (uint)p0);
            key0 += 0x9E3779B9u;
            key1 += 0xBB67AE85u;
        }

        output[0] = c0;
        output[1] = c1;
        output[2] = c2;
        output[3] = c3;
    }
}
