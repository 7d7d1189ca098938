namespace Palimpsest.Numerics;

/// <summary>How the positions of the entries of a sparse vector are written.</summary>
public enum IndexCodec
{
    /// <summary>One bit an entry of the whole vector, lowest bit of a byte first.</summary>
    Bitmap,

    /// <summary>Each index with ceil(log2 n) bits, highest bit first.</summary>
    PackedIndex,

    /// <summary>Each index with 4 bytes, little-endian.</summary>
    Int32,

    /// <summary>Each index with 8 bytes, little-endian.</summary>
    Int64,

    /// <summary>Gaps as unsigned LEB128.</summary>
    DeltaVarint,

    /// <summary>Gaps in Golomb-Rice code: the quotient by 2^b in ones and a zero, then b low bits; b = max(0, floor(log2(ln 2 · n / k))).</summary>
    GolombRice,
}
