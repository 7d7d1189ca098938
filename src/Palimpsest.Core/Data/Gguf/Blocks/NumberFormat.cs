using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>Plain numbers; those that f32 cannot hold are rounded to the nearest, half to even.</summary>
internal sealed class NumberFormat<T>(GgufTensorType type) : BlockFormat(type, 1, Unsafe.SizeOf<T>())
    where T : unmanaged, INumber<T>
{
    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> target)
    {
        ReadOnlySpan<T> numbers = MemoryMarshal.Cast<byte, T>(blocks);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = float.CreateTruncating(numbers[i]);
        }
    }
}
