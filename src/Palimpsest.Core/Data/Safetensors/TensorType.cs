namespace Palimpsest.Data.Safetensors;

/// <summary>Element types of a safetensors file.</summary>
public enum TensorType
{
    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>16-bit floating point.</summary>
    F16,

    /// <summary>64-bit floating point.</summary>
    F64,

    /// <summary>64-bit signed integers.</summary>
    I64,

    /// <summary>32-bit signed integers.</summary>
    I32,

    /// <summary>16-bit signed integers.</summary>
    I16,

    /// <summary>8-bit signed integers.</summary>
    I8,

    /// <summary>8-bit unsigned integers.</summary>
    U8,

    /// <summary>Truth values, a byte each.</summary>
    BOOL,
}
