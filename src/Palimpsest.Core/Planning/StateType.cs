namespace Palimpsest.Planning;

/// <summary>In which type an optimizer keeps its moments.</summary>
public enum StateType
{
    /// <summary>4 bytes a number.</summary>
    F32,

    /// <summary>2 bytes a number.</summary>
    BF16,

    /// <summary>1 byte a number and an f32 scale for each block of 256; tensors below 4,096 numbers stay in f32.</summary>
    Bits8,
}
