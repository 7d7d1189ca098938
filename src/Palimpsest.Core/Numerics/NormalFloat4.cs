using System.Runtime.Intrinsics;

namespace Palimpsest.Numerics;

/// <summary>NF4: 4-bit codes whose 16 values are quantiles of the normal distribution, scaled by the largest magnitude of each block of 64.</summary>
/// <remarks>Dettmers et al., QLoRA, arXiv 2305.14314, appendix E. Equal distance: the lower code. The first value of a pair lies in the high nibble; an odd count is padded with code 7, which is zero. The bytes are those of bitsandbytes.</remarks>
public static class NormalFloat4
{
    /// <summary>Values that share a scale.</summary>
    public const int BlockSize = 64;

    private const byte Zero = 7;

    private static readonly float[] s_values =
    [
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1f,
    ];

    private static readonly float[] s_midpoints = [.. Enumerable.Range(0, 15).Select(Midpoint)];

    /// <summary>The 16 values, ascending.</summary>
    public static ReadOnlySpan<float> CodeBook => s_values;

    /// <summary>Bytes on the wire: half a byte a value and 4 for each scale.</summary>
    public static long Bytes(long n) => ((n + 1) / 2) + (4 * AbsmaxQuantizer.Blocks(n, BlockSize));

    /// <summary>Packs values.</summary>
    /// <param name="values">Finite.</param>
    /// <param name="packed">Receives (n + 1) / 2 bytes.</param>
    /// <param name="scales">Receives one scale a block.</param>
    /// <exception cref="PalimpsestException">A value is NaN or infinite.</exception>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> packed, Span<float> scales)
    {
        Span<byte> codes = stackalloc byte[BlockSize];
        for (int start = 0; start < values.Length; start += BlockSize)
        {
            ReadOnlySpan<float> block = values.Slice(start, Math.Min(values.Length - start, BlockSize));
            float scale = scales[start / BlockSize] = AbsmaxQuantizer.Largest(block, start);
            codes.Fill(Zero);
            if (scale != 0)
            {
                Nearest(block, scale, codes);
            }

            Nibbles.Pack(codes[..((block.Length + 1) / 2 * 2)], packed[(start / 2)..]);
        }
    }

    /// <summary>Unpacks values.</summary>
    /// <param name="packed">As <see cref="Encode"/> made them.</param>
    /// <param name="scales">One a block.</param>
    /// <param name="values">Receives the values.</param>
    public static void Decode(ReadOnlySpan<byte> packed, ReadOnlySpan<float> scales, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = s_values[(i & 1) == 0 ? packed[i / 2] >> 4 : packed[i / 2] & 15] * scales[i / BlockSize];
        }
    }

    /// <summary>The code of a value is the number of midpoints below it.</summary>
    private static void Nearest(ReadOnlySpan<float> values, float scale, Span<byte> codes)
    {
        int i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            Vector256<float> x = Vector256.Create(values[i..]) / scale;
            Vector256<int> code = Vector256<int>.Zero;
            foreach (float midpoint in s_midpoints)
            {
                code -= Vector256.GreaterThan(x, Vector256.Create(midpoint)).AsInt32();
            }

            Vector128<ushort> half = Vector128.Narrow(code.GetLower().AsUInt32(), code.GetUpper().AsUInt32());
            Vector128.Narrow(half, half).GetLower().CopyTo(codes[i..]);
        }

        for (; i < values.Length; i++)
        {
            float x = values[i] / scale;
            codes[i] = (byte)s_midpoints.Count(midpoint => x > midpoint);
        }
    }

    // A midpoint lies between two f32: a value is above it where it is above the lower of them.
    private static float Midpoint(int code)
    {
        double middle = ((double)s_values[code] + s_values[code + 1]) / 2;
        return (float)middle > middle ? MathF.BitDecrement((float)middle) : (float)middle;
    }
}
