namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>A block format: so many values in so many bytes. Decoding is exact: products and sums round one by one, never fused.</summary>
internal interface IBlock
{
    /// <summary>Values of a block.</summary>
    static abstract int Values { get; }

    /// <summary>Bytes of a block.</summary>
    static abstract int Bytes { get; }

    /// <summary>Decodes one block.</summary>
    static abstract void Decode(ReadOnlySpan<byte> block, Span<float> values);
}
