using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Q4_K: f16 d, f16 dmin, 12 bytes of scales and minima, 128 bytes: each 32 hold 32 values in their lower halves and the next 32 in the upper. y = (d
/// scale) q - dmin minimum.</summary>
internal readonly unsafe struct Q4KBlock : IRowBlock
{
    public static int Values => 256;

    public static int Bytes => 144;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Group(byte* block, int group)
    {
        (float step, float offset) = Steps(block, group);
        byte* q = block + 16 + (group / 2 * 32);
        int shift = group % 2 * 4;
        if (Avx512F.IsSupported)
        {
            return BlockBits.Choose(BlockBits.Table(step, offset), BlockBits.Sixteen(q) >>> shift, BlockBits.Sixteen(q + 16) >>> shift);
        }

        Vector256<float> steps = Vector256.Create(step), offsets = Vector256.Create(offset);
        Vector256<int> mask = Vector256.Create(15);
        return new Values32(
            BlockBits.Scaled((BlockBits.Eight(q) >>> shift) & mask, steps) + offsets,
            BlockBits.Scaled((BlockBits.Eight(q + 8) >>> shift) & mask, steps) + offsets,
            BlockBits.Scaled((BlockBits.Eight(q + 16) >>> shift) & mask, steps) + offsets,
            BlockBits.Scaled((BlockBits.Eight(q + 24) >>> shift) & mask, steps) + offsets);
    }

    /// <summary>Step and offset of 32 values. The first four scales and minima are the lower 6 bits of bytes 0 to 3 and 4 to 7; the others have their lower
    /// four bits in bytes 8 to 11 and the upper two in what the first eight bytes leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (float Step, float Offset) Steps(byte* block, int group)
    {
        byte* scales = block + 4 + group;
        int scale = group < 4 ? scales[0] & 63 : (scales[4] & 15) | (scales[-4] >> 6 << 4);
        int minimum = group < 4 ? scales[4] & 63 : (scales[4] >> 4) | (scales[0] >> 6 << 4);
        return (BlockBits.Half(block) * scale, -(BlockBits.Half(block + 2) * minimum));
    }
}

/// <summary>Q5_K: as <see cref="Q4KBlock"/> with 32 bytes of fifth bits before the lower ones; bit i of them belongs to the i-th 32 values.</summary>
internal readonly unsafe struct Q5KBlock : IRowBlock
{
    public static int Values => 256;

    public static int Bytes => 176;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Group(byte* block, int group)
    {
        (float step, float offset) = Q4KBlock.Steps(block, group);
        byte* q = block + 48 + (group / 2 * 32);
        if (Avx512F.IsSupported)
        {
            Vector512<float> wideSteps = Vector512.Create(step), wideOffsets = Vector512.Create(offset);
            return new Values32(Sixteen(q, block + 16, group, wideSteps, wideOffsets), Sixteen(q + 16, block + 32, group, wideSteps, wideOffsets));
        }

        Vector256<float> steps = Vector256.Create(step), offsets = Vector256.Create(offset);
        return new Values32(
            Eight(q, block + 16, group, steps, offsets), Eight(q + 8, block + 24, group, steps, offsets),
            Eight(q + 16, block + 32, group, steps, offsets), Eight(q + 24, block + 40, group, steps, offsets));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(byte* lower, byte* fifth, int group, Vector256<float> steps, Vector256<float> offsets)
    {
        Vector256<int> low = (BlockBits.Eight(lower) >>> (group % 2 * 4)) & Vector256.Create(15);
        Vector256<int> high = (BlockBits.Eight(fifth) >>> group) & Vector256.Create(1);
        return BlockBits.Scaled(low | (high << 4), steps) + offsets;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sixteen(byte* lower, byte* fifth, int group, Vector512<float> steps, Vector512<float> offsets)
    {
        Vector512<int> low = (BlockBits.Sixteen(lower) >>> (group % 2 * 4)) & Vector512.Create(15);
        Vector512<int> high = (BlockBits.Sixteen(fifth) >>> group) & Vector512.Create(1);
        return (Vector512.ConvertToSingle(low | (high << 4)) * steps) + offsets;
    }
}
