using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Packed;

/// <summary>A matrix [rows, columns] where it lies in memory, with a bias or not. Whoever owns the memory must outlive this.</summary>
internal readonly unsafe struct RowMatrix
{
    // Vectors that are multiplied while the rows of a tile are in the cache.
    private const int Piece = 48;
    private readonly byte* _data;
    private readonly float* _bias;
    private readonly nint _stride;

    private RowMatrix(RowFormat format, byte* data, int rows, int columns, float* bias)
    {
        (Format, Rows, Columns, _stride) = (format, rows, columns, format.Bytes(columns));
        _data = data;
        _bias = bias;
    }

    /// <summary>How its rows lie.</summary>
    public RowFormat Format { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>A matrix of numbers.</summary>
    /// <param name="weight">[rows, columns], f32, bf16 or f16, contiguous on the CPU.</param>
    /// <param name="bias">[rows], f32, or null.</param>
    public static RowMatrix Of(Tensor weight, Tensor? bias = null) =>
        new(
            RowFormat.Of(weight.dtype), Address(weight), (int)weight.size(0), (int)weight.size(1),
            bias is null ? null : (float*)Address(bias, ScalarType.Float32));

    /// <summary>A matrix of blocks.</summary>
    /// <param name="format">How a row lies.</param>
    /// <param name="bytes">[rows, bytes of a row], uint8, contiguous on the CPU.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="bias">[rows], f32, or null.</param>
    public static RowMatrix Of(RowFormat format, Tensor bytes, int columns, Tensor? bias = null) =>
        new(format, Address(bytes, ScalarType.Byte), (int)bytes.size(0), columns, bias is null ? null : (float*)Address(bias, ScalarType.Float32));

    /// <summary>The memory of a tensor of a type.</summary>
    public static byte* Address(Tensor tensor, ScalarType type) =>
        tensor.dtype == type ? Address(tensor) : throw new InvalidOperationException($"A weight has the type {tensor.dtype} where {type} was expected.");

    /// <summary>A row in f32.</summary>
    public void CopyRow(int row, float* target) => Format.Widen(_data + (row * _stride), Columns, target);

    /// <summary>x W^T + b for the rows from one up to another.</summary>
    /// <param name="begin">First row.</param>
    /// <param name="end">Row behind the last.</param>
    /// <param name="x">[columns, <see cref="Columns"/>]</param>
    /// <param name="columns">How many vectors.</param>
    /// <param name="y">[columns, <see cref="Rows"/>]; only the rows asked for are written.</param>
    /// <param name="scratch">As many floats as <see cref="RowProducts.Scratch"/> says.</param>
    public void Multiply(int begin, int end, float* x, int columns, float* y, float* scratch)
    {
        RowProducts.Multiply(Format, _data, _stride, Columns, begin, end, x, columns, y, Rows, scratch);
        for (int column = 0; column < (_bias is null ? 0 : columns); column++)
        {
            Span<float> target = new(y + ((nint)column * Rows) + begin, end - begin);
            Vectors.Add(target, new ReadOnlySpan<float>(_bias + begin, end - begin), target);
        }
    }

    /// <summary>A part of the rows of a product, cut at multiples of the largest tile.</summary>
    /// <returns>The rows.</returns>
    public (int Begin, int End) MultiplyPart(int part, int parts, float* x, int columns, float* y, float* scratch)
    {
        (int begin, int end) = Part(Rows, part, parts);
        for (int column = 0; column < columns; column += Piece)
        {
            Multiply(begin, end, x + ((nint)column * Columns), Math.Min(Piece, columns - column), y + ((nint)column * Rows), scratch);
        }

        return (begin, end);
    }

    private static (int Begin, int End) Part(int rows, int part, int parts)
    {
        long tiles = (rows + 7) / 8;
        return ((int)(tiles * part / parts * 8), (int)Math.Min(rows, tiles * (part + 1) / parts * 8));
    }

    private static byte* Address(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
