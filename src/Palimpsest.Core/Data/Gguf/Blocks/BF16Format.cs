using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>bfloat16: the upper half of an f32.</summary>
internal sealed class BF16Format() : BlockFormat(GgufTensorType.BF16, 1, 2)
{
    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> target)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        int i = 0;
        for (; i + 8 <= target.Length; i += 8)
        {
            (Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe()) << 16).AsSingle().CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }
}
