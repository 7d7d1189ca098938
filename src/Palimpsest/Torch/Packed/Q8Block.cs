using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Q8_0: f16 d, 32 signed bytes. y = d q.</summary>
internal readonly unsafe struct Q8Block : IPairedBlock
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

    public static bool HasLeast => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Both(byte* lower, byte* upper) => BlockBits.Joined(Vector256.Load(lower + 2), Vector256.Load(upper + 2));

    /// <remarks>A byte in the uppermost place of 32 bits is itself times 2^24, which the step takes back; all of it is exact.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Eight(Vector512<byte> both, int part, Vector512<float> step, Vector512<float> least)
    {
        Vector512<int> places = BlockBits.Places(part, 32) << 24;
        Vector512<int> q = Avx512Vbmi.PermuteVar64x8(both, places.AsByte()).AsInt32() & Vector512.Create(unchecked((int)0xFF00_0000));
        return Avx512F.ConvertToVector512Single(q) * (step * Vector512.Create(1f / (1 << 24)));
    }
}
