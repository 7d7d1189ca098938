namespace Palimpsest.Numerics.Frames;

/// <summary>How the values of a frame are written, little-endian.</summary>
public enum ValueCodec
{
    /// <summary>Their 4 bytes, bit for bit.</summary>
    F32,

    /// <summary>The nearest f16, 2 bytes; a finite value that would become an infinity is refused.</summary>
    F16,

    /// <summary>One scale a block and one byte a value (<see cref="AbsmaxQuantizer"/>).</summary>
    Int8,

    /// <summary>One scale a block and half a byte a value (<see cref="AbsmaxQuantizer"/>), in two's complement, the first of a pair in the high half.</summary>
    Int4,

    /// <summary>One scale for 64 values and half a byte a value (<see cref="NormalFloat4"/>).</summary>
    Nf4,
}
