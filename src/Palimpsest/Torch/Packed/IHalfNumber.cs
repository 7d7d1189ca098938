using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>A number of 16 bits; compiled into the loops for each type.</summary>
internal unsafe interface IHalfNumber
{
    static abstract Vector256<float> Eight(ushort* source);

    static abstract float One(ushort bits);
}

/// <summary>bfloat16: the upper half of an f32.</summary>
internal readonly unsafe struct BrainHalf : IHalfNumber
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Eight(ushort* source) => Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32(source), 16).AsSingle();

    public static float One(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}

/// <summary>IEEE half precision, by the rule of <see cref="BlockBits.Half"/>.</summary>
internal readonly unsafe struct IeeeHalf : IHalfNumber
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Eight(ushort* source)
    {
        Vector256<int> bits = (Avx2.ConvertToVector256Int32((short*)source) << 13) & Vector256.Create(unchecked((int)0x8FFF_E000));
        Vector256<int> largest = Vector256.Create(0x0F80_0000), special = Vector256.Equals(bits & largest, largest) & Vector256.Create(0x7F80_0000);
        return ((bits.AsSingle() * Vector256.Create(BlockBits.TwoToThe112)).AsInt32() | special).AsSingle();
    }

    public static float One(ushort bits) => BlockBits.Half((byte*)&bits);
}
