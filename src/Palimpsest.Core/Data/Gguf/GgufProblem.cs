namespace Palimpsest.Data.Gguf;

/// <summary>Why a GGUF file was refused.</summary>
public enum GgufProblem
{
    /// <summary>A count, a length or an extent reaches past the end of the file.</summary>
    Truncated,

    /// <summary>A size that does not fit 63 bits, or that no reader should allocate.</summary>
    SizeOverflow,

    /// <summary>The file does not begin with <c>GGUF</c>.</summary>
    BadMagic,

    /// <summary>A version other than 2 and 3.</summary>
    UnsupportedVersion,

    /// <summary>A big-endian file.</summary>
    WrongByteOrder,

    /// <summary>An empty key, or one of more than 65,535 bytes.</summary>
    BadKey,

    /// <summary>A key stands there twice.</summary>
    DuplicateKey,

    /// <summary>A tensor stands there twice.</summary>
    DuplicateTensor,

    /// <summary><c>general.alignment</c> is not a uint32 that is a power of two.</summary>
    BadAlignment,

    /// <summary>A tensor's offset is no multiple of the alignment.</summary>
    MisalignedOffset,

    /// <summary>Two tensors share bytes.</summary>
    OverlappingTensors,

    /// <summary>A tensor of a type that is not known.</summary>
    UnknownTensorType,

    /// <summary>A value of a type that is not known.</summary>
    UnknownValueType,

    /// <summary>Not one to four dimensions, or a dimension of zero.</summary>
    BadDims,

    /// <summary>A row is no whole number of blocks.</summary>
    BadRowSize,

    /// <summary>A string is not valid UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A truth value other than 0 and 1.</summary>
    BadBool,

    /// <summary>A tensor's name has more than 64 bytes.</summary>
    NameTooLong,

    /// <summary>Arrays of arrays deeper than 8.</summary>
    NestingTooDeep,

    /// <summary>The file is missing or may not be read.</summary>
    CannotOpen,

    /// <summary>The parts of a split file do not fit together.</summary>
    BadSplit,

    /// <summary>A key that is needed is missing.</summary>
    MissingKey,

    /// <summary>A key has a value of another type or range than it must have.</summary>
    WrongValue,

    /// <summary>A tensor that is needed is missing.</summary>
    MissingTensor,

    /// <summary>The file is sound and asks for something that is not supported.</summary>
    Unsupported,
}
