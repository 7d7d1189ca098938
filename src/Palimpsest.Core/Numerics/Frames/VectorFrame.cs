using System.Buffers;
using System.Runtime.InteropServices;

namespace Palimpsest.Numerics.Frames;

/// <summary>A flat vector as bytes to be sent: a header, the values, and where they belong.</summary>
/// <remarks>
/// A frame has <see cref="HeaderBytes"/> and what <see cref="PayloadBytes"/> says. The header names the codecs and has a checksum against chance damage;
/// it is no protection against somebody who changes frames. A mask whose bits are all on makes a dense frame. Values in f32 and f16 may be infinite or NaN:
/// whoever receives them checks. Thread-safe, but for the random stream.
/// </remarks>
public static class VectorFrame
{
    /// <summary>Bytes of the header of every frame.</summary>
    public const int HeaderBytes = FrameHeader.Length;

    /// <summary>Bytes behind the header by formula; for positions in Golomb-Rice or varints their expectation if each entry is kept with probability k / n.</summary>
    /// <param name="n">Length of the vector.</param>
    /// <param name="k">Number of values, n for a dense vector.</param>
    /// <param name="options">How they are written; the cheapest form of positions is the one with the least expectation.</param>
    /// <param name="sharedMask">Whether both sides know the positions.</param>
    public static long PayloadBytes(long n, long k, FrameOptions options, bool sharedMask = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        long positions = k == n || sharedMask ? 0
            : options.Indices is IndexCodec codec ? SparseIndices.ExpectedBytes(codec, n, k)
            : Enum.GetValues<IndexCodec>().Min(one => SparseIndices.ExpectedBytes(one, n, k));
        return FrameValues.Bytes(k, options.Values, options.Block) + positions;
    }

    /// <summary>Writes a vector.</summary>
    /// <param name="values">The vector, [n].</param>
    /// <param name="mask">Which entries are sent; null for all.</param>
    /// <param name="sharedMask">Whether the receiver knows the mask, so that it is not sent.</param>
    /// <param name="options">How.</param>
    /// <param name="random">For stochastic rounding: 32 bits a value are drawn.</param>
    /// <exception cref="PalimpsestException">The options do not go together, or a value does not fit the codec; the message says which.</exception>
    public static byte[] Encode(ReadOnlySpan<float> values, BitMask? mask, bool sharedMask, FrameOptions options, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems().FirstOrDefault() is string problem)
        {
            throw new PalimpsestException($"The options of a frame: {problem}");
        }

        if (options.Rounding == FrameRounding.Stochastic)
        {
            ArgumentNullException.ThrowIfNull(random);
        }

        if (sharedMask)
        {
            ArgumentNullException.ThrowIfNull(mask);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(mask?.Count ?? values.Length, values.Length, nameof(mask));
        int k = (int)(mask?.PopCount() ?? values.Length);
        FrameSupport support = sharedMask ? FrameSupport.Agreed : k == values.Length ? FrameSupport.Whole : FrameSupport.Written;
        IndexCodec codec = default;
        byte[] positions = support == FrameSupport.Written ? FramePositions.Encode(mask!, options.Indices, k, out codec) : [];
        FrameHeader header = new(options.Values, support, codec, values.Length, k, options.HeaderBlock);

        long length = HeaderBytes + header.ValueBytes + positions.Length;
        byte[] frame = length <= Array.MaxLength ? GC.AllocateUninitializedArray<byte>((int)length) : throw new PalimpsestException(
            $"A frame of {length} bytes is longer than one can be ({Array.MaxLength}). Send fewer values, or send them in f16 or int8.");
        Span<byte> body = frame.AsSpan(HeaderBytes, (int)header.ValueBytes);
        if (k == values.Length)
        {
            Write(values, null, options, random, body);
        }
        else if (options.Values == ValueCodec.F32)
        {
            MaskedValues.Pack(mask!, values, MemoryMarshal.Cast<byte, float>(body));
        }
        else
        {
            float[] packed = ArrayPool<float>.Shared.Rent(k);
            MaskedValues.Pack(mask!, values, packed);
            Write(packed.AsSpan(0, k), mask, options, random, body);
            ArrayPool<float>.Shared.Return(packed);
        }

        positions.CopyTo(frame, HeaderBytes + body.Length);
        header.Write(frame);
        return frame;
    }

    /// <summary>Reads a vector; entries that the frame does not carry become +0.</summary>
    /// <param name="frame">A whole frame and no more.</param>
    /// <param name="values">Receives the vector, [n]; untouched if the frame is refused.</param>
    /// <param name="sharedMask">The mask that both sides know, for a frame written with it; null for another frame.</param>
    /// <returns>Which entries the frame carried: null for all, or the mask, which is the shared one if there is one.</returns>
    /// <exception cref="PalimpsestException">It is no frame, cut, damaged, of a vector of another length or of another mask.</exception>
    public static BitMask? Decode(ReadOnlySpan<byte> frame, Span<float> values, BitMask? sharedMask = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedMask?.Count ?? values.Length, values.Length, nameof(sharedMask));
        FrameHeader header = FrameHeader.Read(frame);
        if (header.N != values.Length)
        {
            throw new PalimpsestException($"A frame holds a vector of {header.N} entries where {values.Length} are needed: it belongs to another model.");
        }

        if ((header.Support == FrameSupport.Agreed) != (sharedMask is not null))
        {
            throw new PalimpsestException(sharedMask is null
                ? "A frame was written for a mask that both sides know, and here none is known. Agree on a mask, or send the positions."
                : "A frame was not written for the mask that was agreed on: it is dense or carries positions. Use one setting on both sides.");
        }

        if (sharedMask is not null && sharedMask.PopCount() != header.K)
        {
            throw new PalimpsestException(
                $"A frame holds {header.K} values where the agreed mask has {sharedMask.PopCount()}: it was written for another mask. Send the mask again.");
        }

        ReadOnlySpan<byte> body = frame.Slice(HeaderBytes, (int)header.ValueBytes);
        BitMask? mask = header.Support == FrameSupport.Written ? FramePositions.Decode(frame[(HeaderBytes + body.Length)..], header) : sharedMask;
        if (mask is null)
        {
            FrameValues.Read(body, header.Values, header.Block, values);
        }
        else if (header.Values == ValueCodec.F32)
        {
            MaskedValues.Unpack(mask, MemoryMarshal.Cast<byte, float>(body), values);
        }
        else
        {
            float[] packed = ArrayPool<float>.Shared.Rent((int)header.K);
            FrameValues.Read(body, header.Values, header.Block, packed.AsSpan(0, (int)header.K));
            MaskedValues.Unpack(mask, packed, values);
            ArrayPool<float>.Shared.Return(packed);
        }

        return mask;
    }

    private static void Write(ReadOnlySpan<float> sent, BitMask? mask, FrameOptions options, RandomStream? random, Span<byte> body)
    {
        int unfit = FrameValues.FirstUnfit(sent, options.Values);
        if (unfit >= 0)
        {
            throw FrameValues.Unfit(mask is null ? unfit : MaskedValues.Position(mask, unfit), sent[unfit], options.Values);
        }

        FrameValues.Write(sent, options, random, body);
    }
}
