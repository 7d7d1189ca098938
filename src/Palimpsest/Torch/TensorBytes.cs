using System.Runtime.InteropServices;
using Palimpsest.Data.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Moves tensors between safetensors files and libtorch.</summary>
internal static class TensorBytes
{
    // TorchSharp hands out a tensor's memory as a span, which ends at 2 GiB.
    private const long Chunk = 1L << 28;

    /// <summary>The element type of libtorch for one of a file.</summary>
    public static ScalarType ScalarTypeOf(TensorType type) => type switch
    {
        TensorType.F32 => ScalarType.Float32,
        TensorType.BF16 => ScalarType.BFloat16,
        TensorType.F16 => ScalarType.Float16,
        TensorType.F64 => ScalarType.Float64,
        TensorType.I64 => ScalarType.Int64,
        TensorType.I32 => ScalarType.Int32,
        TensorType.I16 => ScalarType.Int16,
        TensorType.I8 => ScalarType.Int8,
        TensorType.BOOL => ScalarType.Bool,
        _ => ScalarType.Byte,
    };

    /// <summary>The element type of a file for one of libtorch.</summary>
    public static TensorType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => TensorType.F32,
        ScalarType.BFloat16 => TensorType.BF16,
        ScalarType.Float16 => TensorType.F16,
        ScalarType.Float64 => TensorType.F64,
        ScalarType.Int64 => TensorType.I64,
        ScalarType.Int32 => TensorType.I32,
        ScalarType.Int16 => TensorType.I16,
        ScalarType.Int8 => TensorType.I8,
        ScalarType.Byte => TensorType.U8,
        ScalarType.Bool => TensorType.BOOL,
        _ => throw new ArgumentException($"{type} has no type in a safetensors file.", nameof(type)),
    };

    /// <summary>Copies a tensor out of a file.</summary>
    public static Tensor Read(SafetensorsFile file, TensorEntry entry)
    {
        Tensor result = empty([.. entry.Shape], ScalarTypeOf(entry.Type));
        using Tensor flat = result.view(-1);
        int size = TensorEntry.SizeOf(entry.Type);
        for (long begin = 0; begin < entry.Count; begin += Chunk)
        {
            using Tensor part = flat.narrow(0, begin, Math.Min(Chunk, entry.Count - begin));
            file.Read(entry, part.bytes, begin * size);
        }

        return result;
    }

    /// <summary>A private copy-on-write view of the file, or null where the tensor is not aligned to its element size.</summary>
    public static Tensor? TryMap(SafetensorsFile file, TensorEntry entry)
    {
        int size = TensorEntry.SizeOf(entry.Type);
        if (entry.Position % size != 0 || entry.Count == 0)
        {
            return null;
        }

        return Map(file.Path, entry.Position, ScalarTypeOf(entry.Type), [.. entry.Shape]);
    }

    /// <summary>A private copy-on-write view of a part of a file that is known to be so long.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">First byte, a multiple of the element's size.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Extents.</param>
    /// <exception cref="PalimpsestException">The file was cut since.</exception>
    public static Tensor Map(string path, long position, ScalarType type, long[] shape)
    {
        long first = position / type.ElementSize(), count = shape.Aggregate(1L, (product, extent) => product * extent);
        FileInfo file = new(path);
        if (!file.Exists || file.Length < position + (count * type.ElementSize()))
        {
            throw new PalimpsestException(
                $"{path}: was cut since it was opened. Bring the whole file back; where others may change it, copy its weights instead of mapping them: "
                + "a mapped file that is cut ends the process.");
        }

        using Tensor whole = from_file(path, shared: false, first + count, type);
        using Tensor part = whole.narrow(0, first, count);
        return part.view(shape);
    }

    /// <summary>Writes a tensor's elements in a type.</summary>
    public static void Write(Tensor tensor, ScalarType type, Stream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor flat = tensor.detach().contiguous().view(-1);
        for (long begin = 0; begin < flat.size(0); begin += Chunk)
        {
            Tensor part = flat.narrow(0, begin, Math.Min(Chunk, flat.size(0) - begin)).to(type, CPU);
            stream.Write(part.bytes);
        }
    }

    /// <summary>The elements of an f32 tensor as an array.</summary>
    public static float[] ToArray(Tensor tensor)
    {
        using Tensor flat = tensor.detach().to(ScalarType.Float32, CPU).contiguous();
        return MemoryMarshal.Cast<byte, float>(flat.bytes).ToArray();
    }
}
