using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics.Frames;

/// <summary>The values of a frame: their scales if they have any, then their codes.</summary>
internal static class FrameValues
{
    private const int Magnitude = 0x7FFF_FFFF, Infinity = 0x7F80_0000, Beyond16 = 0x477F_F000; // 65520, from which on f16 rounds to infinity.

    /// <summary>Bytes of k values.</summary>
    public static long Bytes(long k, ValueCodec codec, int block) => codec switch
    {
        ValueCodec.F32 => 4 * k,
        ValueCodec.F16 => 2 * k,
        ValueCodec.Int8 => AbsmaxQuantizer.Bytes(k, 8, block),
        ValueCodec.Int4 => AbsmaxQuantizer.Bytes(k, 4, block),
        _ => NormalFloat4.Bytes(k),
    };

    /// <summary>The first value that a codec cannot hold, or -1: a quantiser holds finite ones, f16 none that would become infinite, f32 all.</summary>
    public static int FirstUnfit(ReadOnlySpan<float> values, ValueCodec codec) => codec switch
    {
        ValueCodec.F32 => -1,
        ValueCodec.F16 => FirstWithin(values, Beyond16, Infinity - 1),
        _ => FirstWithin(values, Infinity, Magnitude),
    };

    /// <summary>The refusal of a value by the entry that it has in its vector.</summary>
    public static PalimpsestException Unfit(long entry, float value, ValueCodec codec) => new(string.Create(CultureInfo.InvariantCulture,
        $"Entry {entry} of the vector is {value}, which {(codec == ValueCodec.F16 ? "f16 cannot hold (at most 65504 in magnitude)" : "cannot be quantised")}. ")
        + (codec == ValueCodec.F16 ? "Send it in f32 or int8, or lower the learning rate." : "The training has diverged: lower the learning rate."));

    /// <summary>Writes values that fit.</summary>
    /// <param name="values">All of them.</param>
    /// <param name="options">How.</param>
    /// <param name="random">For stochastic rounding.</param>
    /// <param name="bytes">As many as <see cref="Bytes"/> says; all are written.</param>
    public static void Write(ReadOnlySpan<float> values, FrameOptions options, RandomStream? random, Span<byte> bytes)
    {
        int scaleBytes = ScaleBytes(values.Length, options.Values, options.Block);
        Span<float> scales = MemoryMarshal.Cast<byte, float>(bytes[..scaleBytes]);
        switch (options.Values)
        {
            case ValueCodec.F32:
                values.CopyTo(MemoryMarshal.Cast<byte, float>(bytes));
                break;
            case ValueCodec.F16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            case ValueCodec.Int8:
                Quantise(values, 8, options, random, MemoryMarshal.Cast<byte, sbyte>(bytes[scaleBytes..]), scales);
                break;
            case ValueCodec.Int4:
                // One code more than values where their number is odd: it fills the last byte up.
                byte[] codes = ArrayPool<byte>.Shared.Rent(values.Length + 1);
                codes[values.Length] = 0;
                Quantise(values, 4, options, random, MemoryMarshal.Cast<byte, sbyte>(codes.AsSpan()), scales);
                Nibbles.Pack(codes.AsSpan(0, values.Length + (values.Length & 1)), bytes[scaleBytes..]);
                ArrayPool<byte>.Shared.Return(codes);
                break;
            default:
                NormalFloat4.Encode(values, bytes[scaleBytes..], scales);
                break;
        }
    }

    /// <summary>Reads values.</summary>
    /// <param name="bytes">What <see cref="Write"/> gave.</param>
    /// <param name="codec">How they are written.</param>
    /// <param name="block">Values that share a scale.</param>
    /// <param name="values">Receives all of them.</param>
    /// <exception cref="PalimpsestException">A scale is negative or not finite; nothing has been read then.</exception>
    public static void Read(ReadOnlySpan<byte> bytes, ValueCodec codec, int block, Span<float> values)
    {
        int scaleBytes = ScaleBytes(values.Length, codec, block);
        ReadOnlySpan<float> scales = MemoryMarshal.Cast<byte, float>(bytes[..scaleBytes]);
        foreach (float scale in scales)
        {
            if (!float.IsFinite(scale) || scale < 0)
            {
                throw FrameHeader.Refused(string.Create(CultureInfo.InvariantCulture, $"one of its scales is {scale}"));
            }
        }

        ReadOnlySpan<byte> codes = bytes[scaleBytes..];
        switch (codec)
        {
            case ValueCodec.F32:
                MemoryMarshal.Cast<byte, float>(codes).CopyTo(values);
                break;
            case ValueCodec.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(codes), values);
                break;
            case ValueCodec.Int8:
                AbsmaxQuantizer.Decode(MemoryMarshal.Cast<byte, sbyte>(codes), scales, block, values);
                break;
            case ValueCodec.Int4:
                sbyte[] unpacked = ArrayPool<sbyte>.Shared.Rent(values.Length);
                Nibbles.UnpackSigned(codes, unpacked.AsSpan(0, values.Length));
                AbsmaxQuantizer.Decode(unpacked.AsSpan(0, values.Length), scales, block, values);
                ArrayPool<sbyte>.Shared.Return(unpacked);
                break;
            default:
                NormalFloat4.Decode(codes, scales, values);
                break;
        }
    }

    // A uniform number of 32 bits: the mean of what is decoded is right to 2^-33 of a scale.
    private static void Quantise(ReadOnlySpan<float> values, int bits, FrameOptions options, RandomStream? random, Span<sbyte> codes, Span<float> scales)
    {
        if (options.Rounding == FrameRounding.Nearest)
        {
            AbsmaxQuantizer.Encode(values, bits, options.Block, codes, scales);
            return;
        }

        AbsmaxQuantizer.EncodeStochastic(values, bits, options.Block, codes, scales, _ => random!.NextUInt32() * (1.0 / (1L << 32)));
    }

    private static int ScaleBytes(int k, ValueCodec codec, int block) => codec is ValueCodec.F32 or ValueCodec.F16 ? 0 : (int)(4 * AbsmaxQuantizer.Blocks(k, block));

    /// <summary>The first value whose magnitude has bits from a least to a most.</summary>
    private static int FirstWithin(ReadOnlySpan<float> values, int least, int most)
    {
        ReadOnlySpan<int> all = MemoryMarshal.Cast<float, int>(values);
        ref int first = ref MemoryMarshal.GetReference(all);
        int i = 0;
        for (; i <= all.Length - 8; i += 8)
        {
            Vector256<int> bits = Vector256.LoadUnsafe(ref first, (nuint)i) & Vector256.Create(Magnitude);
            if ((Vector256.GreaterThanOrEqual(bits, Vector256.Create(least)) & Vector256.LessThanOrEqual(bits, Vector256.Create(most))) != Vector256<int>.Zero)
            {
                break;
            }
        }

        for (; i < all.Length; i++)
        {
            if ((all[i] & Magnitude) is int bits && bits >= least && bits <= most)
            {
                return i;
            }
        }

        return -1;
    }
}
