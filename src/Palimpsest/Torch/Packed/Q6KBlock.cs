using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Q6_K: 128 bytes of lower four bits, 64 bytes of upper two, 16 signed bytes of scales, f16 d. y = (d scale) (q - 32).</summary>
/// <remarks>Each half of the block has 64 bytes of lower bits (two times 32 values in the lower halves, two times 32 in the upper) and 32 bytes of upper bits,
/// two for each of the four times 32.</remarks>
internal readonly unsafe struct Q6KBlock : IRowBlock
{
    public static int Values => 256;

    public static int Bytes => 210;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Group(byte* block, int group)
    {
        int half = group / 4, quarter = group % 4;
        byte* lower = block + (64 * half) + (32 * (quarter % 2)), upper = block + 128 + (32 * half);
        sbyte* scales = (sbyte*)block + 192 + (2 * group);
        float step = BlockBits.Half(block + 208);
        if (Avx512F.IsSupported)
        {
            return new Values32(Sixteen(lower, upper, quarter, step * scales[0]), Sixteen(lower + 16, upper + 16, quarter, step * scales[1]));
        }

        Vector256<float> first = Vector256.Create(step * scales[0]), second = Vector256.Create(step * scales[1]);
        return new Values32(
            Eight(lower, upper, quarter, first), Eight(lower + 8, upper + 8, quarter, first),
            Eight(lower + 16, upper + 16, quarter, second), Eight(lower + 24, upper + 24, quarter, second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(byte* lower, byte* upper, int quarter, Vector256<float> steps)
    {
        Vector256<int> low = (BlockBits.Eight(lower) >>> (quarter / 2 * 4)) & Vector256.Create(15);
        Vector256<int> high = (BlockBits.Eight(upper) >>> (2 * quarter)) & Vector256.Create(3);
        return BlockBits.Scaled((low | (high << 4)) - Vector256.Create(32), steps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sixteen(byte* lower, byte* upper, int quarter, float step)
    {
        Vector512<int> low = (BlockBits.Sixteen(lower) >>> (quarter / 2 * 4)) & Vector512.Create(15);
        Vector512<int> high = (BlockBits.Sixteen(upper) >>> (2 * quarter)) & Vector512.Create(3);
        return Vector512.ConvertToSingle((low | (high << 4)) - Vector512.Create(32)) * Vector512.Create(step);
    }
}
