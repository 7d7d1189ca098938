using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>What block formats share: sixteen small integers at a time become sixteen f32.</summary>
internal static class Lanes
{
    /// <summary>The f16 at a byte, as f32.</summary>
    public static float Half(ReadOnlySpan<byte> block, int at) => (float)BinaryPrimitives.ReadHalfLittleEndian(block[at..]);

    /// <summary>Sixteen bytes.</summary>
    public static Vector128<byte> Load(ReadOnlySpan<byte> block, int at) => Vector128.Create(block[at..]);

    /// <summary>The lower four bits of sixteen bytes.</summary>
    public static Vector128<byte> Low(Vector128<byte> nibbles) => nibbles & Vector128.Create((byte)0x0F);

    /// <summary>The upper four bits of sixteen bytes.</summary>
    public static Vector128<byte> High(Vector128<byte> nibbles) => nibbles >> 4;

    /// <summary>In each of sixteen bytes the bit that <paramref name="mask"/> names, moved to the place of <paramref name="value"/> (a power of two); 0 where it is not set.</summary>
    public static Vector128<byte> Bit(Vector128<byte> bytes, byte mask, byte value) => Vector128.Equals(bytes & Vector128.Create(mask), Vector128.Create(mask)) & Vector128.Create(value);

    /// <summary>Bit i of a word as byte i, 0 or <paramref name="value"/>.</summary>
    public static Vector128<byte> Bits(ushort word, byte value)
    {
        Vector128<byte> bytes = Vector128.ConditionalSelect(Vector128.Create(0x00000000_00000000ul, 0xFFFFFFFF_FFFFFFFFul).AsByte(), Vector128.Create((byte)(word >> 8)), Vector128.Create((byte)word));
        Vector128<byte> masks = Vector128.Create(0x80402010_08040201ul).AsByte();
        return Vector128.Equals(bytes & masks, masks) & Vector128.Create(value);
    }

    /// <summary>y = q d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float d, Span<float> y)
    {
        Vector256<float> scale = Vector256.Create(d);
        (Vector256<float> first, Vector256<float> second) = ToSingle(q);
        (first * scale).CopyTo(y);
        (second * scale).CopyTo(y[8..]);
    }

    /// <summary>y = q d + m, rounded after the product and after the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<byte> q, float d, float m, Span<float> y)
    {
        Vector256<float> scale = Vector256.Create(d), minimum = Vector256.Create(m);
        (Vector256<float> first, Vector256<float> second) = ToSingle(q.AsSByte());
        ((first * scale) + minimum).CopyTo(y);
        ((second * scale) + minimum).CopyTo(y[8..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second) ToSingle(Vector128<sbyte> q)
    {
        Vector256<short> wide = Vector256.WidenLower(q.ToVector256Unsafe());
        return (Vector256.ConvertToSingle(Vector256.WidenLower(wide)), Vector256.ConvertToSingle(Vector256.WidenUpper(wide)));
    }
}
