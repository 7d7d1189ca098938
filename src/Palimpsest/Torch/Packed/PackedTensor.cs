using Palimpsest.Data.Gguf;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Packed;

/// <summary>A matrix of quantised blocks as its file holds them. The bytes belong to whoever made them.</summary>
internal sealed unsafe class PackedTensor
{
    /// <summary>Sees bytes as a matrix.</summary>
    /// <param name="type">How a row is stored.</param>
    /// <param name="bytes">[rows, bytes of a row], uint8, contiguous on the CPU.</param>
    /// <param name="columns">Elements of a row, a whole number of blocks.</param>
    public PackedTensor(GgufTensorType type, Tensor bytes, long columns)
    {
        Format = RowFormat.Of(type);
        if (columns % GgufBlocks.Values(type) != 0 || bytes.dtype != ScalarType.Byte || !bytes.is_contiguous()
            || bytes.size(1) != Format.Bytes(checked((int)columns)))
        {
            throw new ArgumentException(
                $"Rows of {columns} elements are no whole number of blocks of {type}, or {bytes.size(1)} bytes are not such a row.", nameof(bytes));
        }

        (Type, Bytes, Shape) = (type, bytes, [bytes.size(0), columns]);
    }

    /// <summary>The storage type.</summary>
    public GgufTensorType Type { get; }

    /// <summary>Whether its blocks have loops of their own, or else are unpacked before they are multiplied.</summary>
    public bool IsFused => Format.IsFused;

    /// <summary>[rows, bytes of a row], uint8.</summary>
    public Tensor Bytes { get; }

    /// <summary>[rows, columns] of the values.</summary>
    public long[] Shape { get; }

    private RowFormat Format { get; }

    /// <summary>The matrix for products.</summary>
    public RowMatrix Matrix(Tensor? bias = null) => RowMatrix.Of(Format, Bytes, (int)Shape[1], bias);

    /// <summary>Some of the rows as numbers.</summary>
    /// <param name="first">First row.</param>
    /// <param name="count">How many.</param>
    /// <returns>[count, columns], f32, the caller's.</returns>
    public Tensor Values(long first, long count)
    {
        Tensor values = empty(count, Shape[1]);
        RowMatrix matrix = Matrix();
        float* target = (float*)RowMatrix.Address(values, ScalarType.Float32);
        Lanes.For(Lanes.Count(count, Shape[1]), count, (_, begin, end) =>
        {
            for (long row = begin; row < end; row++)
            {
                matrix.CopyRow((int)(first + row), target + (row * Shape[1]));
            }
        });
        return values;
    }

    /// <summary>The rows of some ids.</summary>
    /// <param name="ids">int64, any shape, on the CPU.</param>
    /// <returns>[shape of ids, columns], f32, the caller's.</returns>
    public Tensor Rows(Tensor ids)
    {
        long[] wanted = [.. ids.contiguous().data<long>()];
        Tensor values = empty([.. ids.shape, Shape[1]]);
        RowMatrix matrix = Matrix();
        float* target = (float*)RowMatrix.Address(values, ScalarType.Float32);
        for (int i = 0; i < wanted.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)wanted[i], (ulong)Shape[0], nameof(ids));
            matrix.CopyRow((int)wanted[i], target + (i * Shape[1]));
        }

        return values;
    }
}
