using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Q8_0: f16 d, 32 signed bytes. y = d q.</summary>
internal readonly unsafe struct Q8Block : IRowBlock
{
    public static int Values => 32;

    public static int Bytes => 34;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Group(byte* block, int group)
    {
        sbyte* q = (sbyte*)block + 2;
        Vector256<float> step = Vector256.Create(BlockBits.Half(block));
        return new Values32(
            BlockBits.Scaled(Avx2.ConvertToVector256Int32(q), step), BlockBits.Scaled(Avx2.ConvertToVector256Int32(q + 8), step),
            BlockBits.Scaled(Avx2.ConvertToVector256Int32(q + 16), step), BlockBits.Scaled(Avx2.ConvertToVector256Int32(q + 24), step));
    }
}
