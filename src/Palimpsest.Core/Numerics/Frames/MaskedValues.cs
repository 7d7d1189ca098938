using System.Numerics;
using System.Runtime.InteropServices;

namespace Palimpsest.Numerics.Frames;

/// <summary>Takes the values at a mask's bits out of a vector and puts them back, word by word.</summary>
internal static class MaskedValues
{
    /// <summary>The values whose bits are on, in their order.</summary>
    /// <param name="mask">One bit a value.</param>
    /// <param name="values">All values.</param>
    /// <param name="packed">Receives as many as there are bits on.</param>
    public static void Pack(BitMask mask, ReadOnlySpan<float> values, Span<float> packed)
    {
        ReadOnlySpan<ulong> words = mask.Words(0, values.Length);
        int at = 0;
        for (int i = 0; i < words.Length; i++)
        {
            ReadOnlySpan<float> part = values[(i << 6)..];
            if (words[i] == ulong.MaxValue)
            {
                part[..64].CopyTo(packed[at..]);
                at += 64;
                continue;
            }

            for (ulong word = words[i]; word != 0; word &= word - 1)
            {
                packed[at++] = part[BitOperations.TrailingZeroCount(word)];
            }
        }
    }

    /// <summary>Puts values where the bits are on, and +0 elsewhere.</summary>
    /// <param name="mask">One bit a value.</param>
    /// <param name="packed">As many values as there are bits on.</param>
    /// <param name="values">Receives all values.</param>
    public static void Unpack(BitMask mask, ReadOnlySpan<float> packed, Span<float> values)
    {
        ReadOnlySpan<ulong> words = mask.Words(0, values.Length);
        int at = 0;
        for (int i = 0; i < words.Length; i++)
        {
            Span<float> part = values[(i << 6)..Math.Min(values.Length, (i + 1) << 6)];
            if (words[i] == ulong.MaxValue)
            {
                packed.Slice(at, 64).CopyTo(part);
                at += 64;
                continue;
            }

            part.Clear();
            for (ulong word = words[i]; word != 0; word &= word - 1)
            {
                part[BitOperations.TrailingZeroCount(word)] = packed[at++];
            }
        }
    }

    /// <summary>The positions of the bits that are on.</summary>
    /// <param name="mask">The bits.</param>
    /// <param name="positions">Receives as many as there are.</param>
    public static void Positions(BitMask mask, Span<int> positions)
    {
        ReadOnlySpan<ulong> words = mask.Words(0, (int)mask.Count);
        int at = 0;
        for (int i = 0; i < words.Length; i++)
        {
            for (ulong word = words[i]; word != 0; word &= word - 1)
            {
                positions[at++] = (i << 6) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    /// <summary>The position of the bit that is on after as many others.</summary>
    public static long Position(BitMask mask, int others)
    {
        ReadOnlySpan<ulong> words = mask.Words(0, (int)mask.Count);
        int i = 0;
        for (; BitOperations.PopCount(words[i]) <= others; i++)
        {
            others -= BitOperations.PopCount(words[i]);
        }

        ulong word = words[i];
        for (; others > 0; others--)
        {
            word &= word - 1;
        }

        return ((long)i << 6) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>The mask as bytes, lowest bit first, without those behind its end: the form of <see cref="IndexCodec.Bitmap"/>.</summary>
    public static Span<byte> Bytes(BitMask mask) => MemoryMarshal.AsBytes(mask.Words(0, (int)mask.Count))[..(int)((mask.Count + 7) / 8)];
}
