using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics;

/// <summary>A vector of independent random signs, +1 or -1, that is never stored: every block is made again from the stream when it is asked for.</summary>
/// <remarks>Entry i is +1 if bit i mod 32 of word i / 32 of the stream is set. One Philox block gives 128 signs (0.15 ns a sign as bits, 0.6 ns as numbers), so 10^9 signs need no memory and a second. Thread-safe.</remarks>
public sealed class SignVector
{
    private readonly RandomStream? _stream;
    private readonly BitMask? _positive;

    /// <summary>Signs of a stream; the stream's position does not matter and does not change.</summary>
    /// <param name="stream">Names the signs, such as <c>new RandomStream(seed, "sift", "signs")</c>.</param>
    /// <param name="count">Number of entries.</param>
    public SignVector(RandomStream stream, long count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _stream = stream.Child("signs");
        Count = count;
    }

    /// <summary>Signs of another origin: +1 where the bit is on, -1 where it is off.</summary>
    /// <param name="positive">Kept, not copied.</param>
    public SignVector(BitMask positive)
    {
        _positive = positive ?? throw new ArgumentNullException(nameof(positive));
        Count = positive.Count;
    }

    /// <summary>Number of entries.</summary>
    public long Count { get; }

    /// <summary>A block of signs as bits, on for +1.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="words">64 entries a word, lowest bit first; bits beyond the end of the vector have no meaning.</param>
    public void ReadBits(long offset, Span<ulong> words)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset & 63, 0, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((offset >> 6) + words.Length, (Count + 63) >> 6, nameof(words));
        if (_positive is not null)
        {
            _positive.Words(offset, (int)Math.Min(Count - offset, 64L * words.Length)).CopyTo(words);
            return;
        }

        // A stream of its own for each call: it has no state that threads could share.
        RandomStream signs = _stream!.Again();
        signs.Position = (ulong)offset >> 5;
        signs.Fill(MemoryMarshal.Cast<ulong, uint>(words));
    }

    /// <summary>A block of signs as numbers.</summary>
    /// <param name="offset">First entry, a multiple of 64.</param>
    /// <param name="signs">Receives +1 and -1.</param>
    public void Read(long offset, Span<float> signs)
    {
        Span<ulong> words = stackalloc ulong[64];
        for (int at = 0; at < signs.Length; at += 64 * words.Length)
        {
            Span<float> part = signs[at..Math.Min(signs.Length, at + (64 * words.Length))];
            Span<ulong> bits = words[..((part.Length + 63) >> 6)];
            ReadBits(offset + at, bits);
            Expand(bits, part);
        }
    }

    private static void Expand(ReadOnlySpan<ulong> bits, Span<float> signs)
    {
        int i = 0;
        for (; i <= signs.Length - 8; i += 8)
        {
            Vector256.ConditionalSelect(BitMask.Spread(bits, i).AsSingle(), Vector256.Create(1f), Vector256.Create(-1f)).CopyTo(signs[i..]);
        }

        for (; i < signs.Length; i++)
        {
            signs[i] = (bits[i >> 6] >> (i & 63) & 1) != 0 ? 1f : -1f;
        }
    }
}
