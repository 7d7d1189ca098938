namespace Palimpsest.Torch;

/// <summary>The number format of activations and of the weights' compute copies; master weights and optimizer states are always f32.</summary>
public enum ComputeType
{
    /// <summary>Measure both at the start and take the faster.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>bfloat16: 8 bits of precision, the range of f32.</summary>
    Bf16,

    /// <summary>64-bit floating point, for weights too: slow, for checks by finite differences.</summary>
    F64,
}
