namespace Palimpsest.Data.Safetensors;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents, outermost first.</param>
/// <param name="Write">Writes the bytes, row-major and little-endian.</param>
public sealed record TensorSource(string Name, TensorType Type, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>Number of bytes that <see cref="Write"/> must write.</summary>
    public long ByteLength { get; } = Shape.Aggregate((long)TensorEntry.SizeOf(Type), (product, extent) => checked(product * extent));
}
