using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>IEEE half precision.</summary>
internal sealed class F16Format() : BlockFormat(GgufTensorType.F16, 1, 2)
{
    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> target)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        int i = 0;
        for (; i + 8 <= target.Length; i += 8)
        {
            Widen(Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe())).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
        }
    }

    // Exponent and fraction move up by 13 bits and the bias grows by 112; infinities and nans need another 112 to reach 255.
    // Subnormals are fraction x 2^-24: put behind the exponent of 1/2 the fraction counts just those, so taking 1/2 away leaves them. This meets no f32 subnormal, which a thread may be set to flush.
    private static Vector256<float> Widen(Vector256<uint> half)
    {
        Vector256<uint> magnitude = half & Vector256.Create(0x7FFFu);
        Vector256<uint> bias = Vector256.Create(112u << 23);
        Vector256<uint> normal = (magnitude << 13) + bias + (bias & Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x7BFF)).AsUInt32());
        Vector256<uint> subnormal = ((magnitude + Vector256.Create(126u << 23)).AsSingle() - Vector256.Create(0.5f)).AsUInt32();
        Vector256<uint> isSubnormal = Vector256.LessThan(magnitude.AsInt32(), Vector256.Create(0x0400)).AsUInt32();
        return (Vector256.ConditionalSelect(isSubnormal, subnormal, normal) | ((half & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }
}
