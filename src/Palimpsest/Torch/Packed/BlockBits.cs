using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>What blocks share: small integers become f32, times a step. Where AVX-512 is there, 16 at a time; the values are the same.</summary>
internal static unsafe class BlockBits
{
    /// <summary>The difference of the biases of f16 and f32, 15 and 127, as a factor.</summary>
    public const float TwoToThe112 = 5.192296858534828e33f;

    /// <summary>The f16 at an address, as f32.</summary>
    /// <remarks>Exponent and fraction move to their places in an f32, and the difference of the biases is multiplied in, which is exact for subnormals too;
    /// infinities and nans get the largest exponent instead.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Half(byte* at)
    {
        uint bits = (uint)(*(short*)at << 13) & 0x8FFF_E000;
        return (bits & 0x0F80_0000) != 0x0F80_0000 ? BitConverter.UInt32BitsToSingle(bits) * TwoToThe112 : BitConverter.UInt32BitsToSingle(bits | 0x7F80_0000);
    }

    /// <summary>Eight bytes as integers of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Eight(byte* at) => Avx2.ConvertToVector256Int32(at);

    /// <summary>Sixteen bytes as integers of 32 bits, with AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Sixteen(byte* at) => Avx512F.ConvertToVector512Int32(Vector128.Load(at));

    /// <summary>q d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scaled(Vector256<int> q, Vector256<float> d) => Avx.ConvertToVector256Single(q) * d;

    /// <summary>The sixteen values q d + m of q = 0 to 15 that 4 bits choose from, with AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Table(float d, float m) =>
        (Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) * Vector512.Create(d)) + Vector512.Create(m);

    /// <summary>What the lower four bits of 32 integers choose, with AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Choose(Vector512<float> table, Vector512<int> first, Vector512<int> second) =>
        new(Avx512F.PermuteVar16x32(table, first), Avx512F.PermuteVar16x32(table, second));

    /// <summary>The 32 values that sixteen bytes choose: those of the lower halves, then those of the upper, with AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Values32 Choose(Vector512<float> table, byte* at)
    {
        Vector512<int> bytes = Sixteen(at);
        return Choose(table, bytes, bytes >>> 4);
    }
}
