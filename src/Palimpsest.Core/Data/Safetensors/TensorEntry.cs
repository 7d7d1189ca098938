namespace Palimpsest.Data.Safetensors;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents, outermost first; empty for a single number.</param>
/// <param name="Position">First byte in the file.</param>
/// <param name="ByteLength">Number of bytes.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Position, long ByteLength)
{
    /// <summary>Number of elements.</summary>
    public long Count => ByteLength / SizeOf(Type);

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 => 8,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.BF16 or TensorType.F16 or TensorType.I16 => 2,
        _ => 1,
    };
}
