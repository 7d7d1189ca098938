using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Rows of a contiguous f32 or bf16 tensor on the CPU as spans of f32. f32 rows are given out in place; bf16 rows are widened into the caller's scratch and rounded back by
/// <see cref="Commit"/>.</summary>
internal readonly unsafe struct RowAccess
{
    private readonly byte* _data;
    private readonly bool _half;

    private RowAccess(Tensor tensor, int width)
    {
        if (!tensor.is_contiguous() || tensor.device_type != DeviceType.CPU)
        {
            throw new ArgumentException("The fused kernels take contiguous tensors on the CPU.", nameof(tensor));
        }

        _half = tensor.dtype switch
        {
            ScalarType.Float32 => false,
            ScalarType.BFloat16 => true,
            ScalarType other => throw new ArgumentException($"The fused kernels take f32 and bf16, not {other}.", nameof(tensor)),
        };
        Width = width;
        Rows = tensor.NumberOfElements / width;
        _data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }

    public int Width { get; }

    public long Rows { get; }

    /// <summary>Views the tensor as rows of its last dimension. The tensor must outlive the result.</summary>
    public static RowAccess Of(Tensor tensor, int width) => new(tensor, width);

    /// <summary>A row to read; <paramref name="scratch"/> holds at least <see cref="Width"/> numbers.</summary>
    public ReadOnlySpan<float> Read(long row, Span<float> scratch)
    {
        if (!_half)
        {
            return new ReadOnlySpan<float>(_data + (row * Width * sizeof(float)), Width);
        }

        Widen(new ReadOnlySpan<ushort>(_data + (row * Width * sizeof(ushort)), Width), scratch);
        return scratch[..Width];
    }

    /// <summary>A row to write, its contents undefined for bf16; finish with <see cref="Commit"/>.</summary>
    public Span<float> Target(long row, Span<float> scratch) => _half ? scratch[..Width] : new Span<float>(_data + (row * Width * sizeof(float)), Width);

    /// <summary>Stores a row that <see cref="Target"/> gave out.</summary>
    public void Commit(long row, ReadOnlySpan<float> values)
    {
        if (_half)
        {
            Narrow(values, new Span<ushort>(_data + (row * Width * sizeof(ushort)), Width));
        }
    }

    /// <summary>bf16 is the upper half of an f32.</summary>
    internal static void Widen(ReadOnlySpan<ushort> source, Span<float> target)
    {
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            Vector.AsVectorSingle(low << 16).CopyTo(target[i..]);
            Vector.AsVectorSingle(high << 16).CopyTo(target[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    /// <summary>Rounds to the nearest bf16, ties to even; NaN stays NaN.</summary>
    internal static void Narrow(ReadOnlySpan<float> source, Span<ushort> target)
    {
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Narrow(Round(new Vector<float>(source[i..])), Round(new Vector<float>(source[(i + Vector<uint>.Count)..]))).CopyTo(target[i..]);
        }

        for (; i < source.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            target[i] = float.IsNaN(source[i]) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> values)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(values);
        Vector<uint> rounded = (bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(values, values)), rounded, new Vector<uint>(0x7FC0));
    }
}
