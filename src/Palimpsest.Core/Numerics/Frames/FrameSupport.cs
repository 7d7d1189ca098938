namespace Palimpsest.Numerics.Frames;

/// <summary>Where the values of a frame belong.</summary>
internal enum FrameSupport
{
    /// <summary>Everywhere: the vector is dense.</summary>
    Whole,

    /// <summary>To a mask that both sides know.</summary>
    Agreed,

    /// <summary>To positions that the frame carries.</summary>
    Written,
}
