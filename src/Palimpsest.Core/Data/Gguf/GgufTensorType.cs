using System.Diagnostics.CodeAnalysis;

namespace Palimpsest.Data.Gguf;

/// <summary>Storage types of tensors; names and numbers are those of the format. All can be listed and read as bytes; the code-book types IQ1, IQ2 and IQ3 are not decoded.</summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores", Justification = "The format's names.")]
public enum GgufTensorType
{
    /// <summary>32-bit floating point.</summary>
    F32 = 0,

    /// <summary>16-bit floating point.</summary>
    F16 = 1,

    /// <summary>4 bits, a scale for 32.</summary>
    Q4_0 = 2,

    /// <summary>4 bits, a scale and a minimum for 32.</summary>
    Q4_1 = 3,

    /// <summary>5 bits, a scale for 32.</summary>
    Q5_0 = 6,

    /// <summary>5 bits, a scale and a minimum for 32.</summary>
    Q5_1 = 7,

    /// <summary>8 bits, a scale for 32.</summary>
    Q8_0 = 8,

    /// <summary>2 bits, scales and minima of 4 bits for 16.</summary>
    Q2_K = 10,

    /// <summary>3 bits, scales of 6 bits for 16.</summary>
    Q3_K = 11,

    /// <summary>4 bits, scales and minima of 6 bits for 32.</summary>
    Q4_K = 12,

    /// <summary>5 bits, scales and minima of 6 bits for 32.</summary>
    Q5_K = 13,

    /// <summary>6 bits, scales of 8 bits for 16.</summary>
    Q6_K = 14,

    /// <summary>8 bits, an f32 scale for 256; a format of intermediate results.</summary>
    Q8_K = 15,

    /// <summary>2.06 bits by a code book.</summary>
    IQ2_XXS = 16,

    /// <summary>2.31 bits by a code book.</summary>
    IQ2_XS = 17,

    /// <summary>3.06 bits by a code book.</summary>
    IQ3_XXS = 18,

    /// <summary>1.56 bits by a code book.</summary>
    IQ1_S = 19,

    /// <summary>4 bits that choose among 16 uneven levels, a scale for 32.</summary>
    IQ4_NL = 20,

    /// <summary>3.44 bits by a code book.</summary>
    IQ3_S = 21,

    /// <summary>2.56 bits by a code book.</summary>
    IQ2_S = 22,

    /// <summary>As <see cref="IQ4_NL"/> with scales of 6 bits for 32.</summary>
    IQ4_XS = 23,

    /// <summary>8-bit integers.</summary>
    I8 = 24,

    /// <summary>16-bit integers.</summary>
    I16 = 25,

    /// <summary>32-bit integers.</summary>
    I32 = 26,

    /// <summary>64-bit integers.</summary>
    I64 = 27,

    /// <summary>64-bit floating point.</summary>
    F64 = 28,

    /// <summary>1.75 bits by a code book.</summary>
    IQ1_M = 29,

    /// <summary>bfloat16.</summary>
    BF16 = 30,

    /// <summary>Ternary, five to a byte.</summary>
    TQ1_0 = 34,

    /// <summary>Ternary, four to a byte.</summary>
    TQ2_0 = 35,

    /// <summary>4-bit floating point, a power of two for 32.</summary>
    MXFP4 = 39,

    /// <summary>4-bit floating point, an 8-bit floating-point scale for 16.</summary>
    NVFP4 = 40,
}
