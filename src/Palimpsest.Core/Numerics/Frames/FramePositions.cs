using System.Buffers;

namespace Palimpsest.Numerics.Frames;

/// <summary>The positions that a frame carries behind its values.</summary>
internal static class FramePositions
{
    /// <summary>Writes the positions of a mask.</summary>
    /// <param name="mask">The mask.</param>
    /// <param name="wanted">The form, or null for the cheapest.</param>
    /// <param name="k">How many bits are on.</param>
    /// <param name="codec">The form taken.</param>
    public static byte[] Encode(BitMask mask, IndexCodec? wanted, int k, out IndexCodec codec)
    {
        if (wanted == IndexCodec.Bitmap)
        {
            codec = IndexCodec.Bitmap;
            return MaskedValues.Bytes(mask).ToArray();
        }

        int[] rented = ArrayPool<int>.Shared.Rent(k);
        Span<int> positions = rented.AsSpan(0, k);
        MaskedValues.Positions(mask, positions);
        codec = wanted ?? SparseIndices.Cheapest(positions, mask.Count);
        byte[] bytes = codec == IndexCodec.Bitmap ? MaskedValues.Bytes(mask).ToArray() : SparseIndices.Encode(codec, positions, mask.Count);
        ArrayPool<int>.Shared.Return(rented);
        return bytes;
    }

    /// <summary>Reads the mask of a frame whose header has been checked.</summary>
    /// <param name="bytes">All that stands behind the values.</param>
    /// <param name="header">Says how many positions there are.</param>
    /// <exception cref="PalimpsestException">They are not so many ascending positions, or bytes are left over.</exception>
    public static BitMask Decode(ReadOnlySpan<byte> bytes, FrameHeader header)
    {
        BitMask mask = new(header.N);
        if (header.Indices == IndexCodec.Bitmap)
        {
            Span<byte> target = MaskedValues.Bytes(mask);
            bool fits = bytes.Length == target.Length && (header.N % 8 == 0 || bytes[^1] >> (int)(header.N % 8) == 0);
            bytes[..(fits ? bytes.Length : 0)].CopyTo(target);
            return fits && mask.PopCount() == header.K ? mask : throw SparseIndices.Damaged();
        }

        int[] rented = ArrayPool<int>.Shared.Rent((int)header.K);
        Span<int> positions = rented.AsSpan(0, (int)header.K);
        SparseIndices.Decode(header.Indices, bytes, header.N, positions);
        foreach (int position in positions)
        {
            mask[position] = true;
        }

        ArrayPool<int>.Shared.Return(rented);
        return mask;
    }
}
