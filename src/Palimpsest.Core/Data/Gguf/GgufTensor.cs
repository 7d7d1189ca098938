using Palimpsest.Data.Gguf.Blocks;

namespace Palimpsest.Data.Gguf;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Shape">Extents, outermost first: the reverse of the file's order. The last one is the length of a row.</param>
/// <param name="Position">First byte in its part of the file.</param>
/// <param name="Part">The part of a split file that holds it, from 0.</param>
public sealed record GgufTensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Position, int Part = 0)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Elements of a row.</summary>
    public long RowLength => Shape[^1];

    /// <summary>Elements that are stored and decoded together; 1 for plain numbers. A row is a whole number of them.</summary>
    public int BlockLength => BlockFormat.Of(Type).Values;

    /// <summary>Number of bytes.</summary>
    public long ByteLength => Count / BlockFormat.Of(Type).Values * BlockFormat.Of(Type).Bytes;
}
