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

    /// <summary>The f16 in the upper halves of eight integers, as <see cref="Half"/> reads them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Halves(Vector256<int> at)
    {
        Vector256<int> bits = (at >> 3) & Vector256.Create(unchecked((int)0x8FFF_E000)), most = Vector256.Create(0x0F80_0000);
        return Vector256.ConditionalSelect(
            Vector256.Equals(bits & most, most).AsSingle(),
            (bits | Vector256.Create(0x7F80_0000)).AsSingle(),
            bits.AsSingle() * Vector256.Create(TwoToThe112));
    }

    /// <summary>Two halves in one register; one instruction, where <c>Vector512.Create</c> takes three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Joined(Vector256<byte> lower, Vector256<byte> upper) =>
        Avx512F.InsertVector256(lower.ToVector512Unsafe().AsInt64(), upper.AsInt64(), 1).AsByte();

    /// <summary>Sixteen bytes of a row, and of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Sixteens(byte* lower, byte* upper) =>
        Avx2.InsertVector128(Vector128.Load(lower).ToVector256Unsafe(), Vector128.Load(upper), 1).ToVector512Unsafe();

    /// <summary>Where eight bytes of a row and of the next lie, one byte in 32 bits each.</summary>
    /// <param name="part">Which eight; a constant.</param>
    /// <param name="bytes">Bytes of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Places(int part, int bytes) =>
        Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, bytes, bytes + 1, bytes + 2, bytes + 3, bytes + 4, bytes + 5, bytes + 6, bytes + 7)
            + Vector512.Create(8 * part);

    /// <summary>What four bits of two rows choose, of bytes that hold values i and i + 16.</summary>
    /// <param name="table">16 values.</param>
    /// <param name="both">From <see cref="Sixteens"/>.</param>
    /// <param name="part">Which eight values of a row; a constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Choose(Vector512<float> table, Vector512<byte> both, int part)
    {
        Vector512<byte> halves = part < 2 ? both : (both.AsUInt16() >>> 4).AsByte();
        return Avx512F.PermuteVar16x32(table, Avx512Vbmi.PermuteVar64x8(halves, Places(part & 1, 16).AsByte()).AsInt32());
    }
}
