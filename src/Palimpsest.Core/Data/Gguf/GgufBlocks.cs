using Palimpsest.Data.Gguf.Blocks;

namespace Palimpsest.Data.Gguf;

/// <summary>The blocks of a storage type: their sizes and their values. Thread-safe.</summary>
public static class GgufBlocks
{
    /// <summary>Values of a block; 1 for plain numbers.</summary>
    public static int Values(GgufTensorType type) => BlockFormat.Of(type).Values;

    /// <summary>Bytes of a block.</summary>
    public static int Bytes(GgufTensorType type) => BlockFormat.Of(type).Bytes;

    /// <summary>Whether values can be had from it; not of the code-book types.</summary>
    public static bool CanDecode(GgufTensorType type) => BlockFormat.Of(type).CanDecode;

    /// <summary>Decodes whole blocks, as exactly as <see cref="GgufFile.Dequantize"/>.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="blocks">A whole number of blocks.</param>
    /// <param name="values">As many times <see cref="Values"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together.</exception>
    public static void Decode(GgufTensorType type, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        BlockFormat format = BlockFormat.Of(type);
        if (blocks.Length % format.Bytes != 0 || blocks.Length / format.Bytes * format.Values != values.Length)
        {
            throw new ArgumentException(
                $"{blocks.Length} bytes of {type} are not {values.Length} values; a block of {format.Bytes} bytes has {format.Values}.", nameof(values));
        }

        format.Decode(blocks, values);
    }
}
