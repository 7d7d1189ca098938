using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Q4_0: f16 d, 16 bytes with value i in the lower half of byte i and value i + 16 in the upper. y = d (q - 8).</summary>
internal readonly unsafe struct Q4Block : IPairedBlock
{
    public static int Values => 32;

    public static int Bytes => 18;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Group(byte* block, int group)
    {
        float step = BlockBits.Half(block);
        if (Avx512F.IsSupported)
        {
            return BlockBits.Choose(Vector512.Create(-8f, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7) * Vector512.Create(step), block + 2);
        }

        Vector256<float> steps = Vector256.Create(step);
        Vector256<int> low = BlockBits.Eight(block + 2), high = BlockBits.Eight(block + 10), mask = Vector256.Create(15), middle = Vector256.Create(8);
        return new Values32(
            BlockBits.Scaled((low & mask) - middle, steps), BlockBits.Scaled((high & mask) - middle, steps),
            BlockBits.Scaled((low >>> 4) - middle, steps), BlockBits.Scaled((high >>> 4) - middle, steps));
    }

    public static bool HasLeast => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Both(byte* lower, byte* upper) => BlockBits.Sixteens(lower + 2, upper + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Eight(Vector512<byte> both, int part, Vector512<float> step, Vector512<float> least) =>
        BlockBits.Choose(Vector512.Create(-8f, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7), both, part) * step;
}

/// <summary>Q4_1: f16 d, f16 m, 16 bytes as in <see cref="Q4Block"/>. y = d q + m.</summary>
internal readonly unsafe struct Q41Block : IPairedBlock
{
    public static int Values => 32;

    public static int Bytes => 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Group(byte* block, int group)
    {
        float step = BlockBits.Half(block), least = BlockBits.Half(block + 2);
        if (Avx512F.IsSupported)
        {
            return BlockBits.Choose(BlockBits.Table(step, least), block + 4);
        }

        Vector256<float> steps = Vector256.Create(step), leasts = Vector256.Create(least);
        Vector256<int> low = BlockBits.Eight(block + 4), high = BlockBits.Eight(block + 12), mask = Vector256.Create(15);
        return new Values32(
            BlockBits.Scaled(low & mask, steps) + leasts, BlockBits.Scaled(high & mask, steps) + leasts,
            BlockBits.Scaled(low >>> 4, steps) + leasts, BlockBits.Scaled(high >>> 4, steps) + leasts);
    }

    public static bool HasLeast => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Both(byte* lower, byte* upper) => BlockBits.Sixteens(lower + 4, upper + 4);

    /// <remarks>q d is exact in f32, four and eleven bits, so that the sum may be fused.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Eight(Vector512<byte> both, int part, Vector512<float> step, Vector512<float> least) => Avx512F.FusedMultiplyAdd(
        BlockBits.Choose(Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), both, part), step, least);
}
