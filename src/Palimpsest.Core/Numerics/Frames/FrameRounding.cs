namespace Palimpsest.Numerics.Frames;

/// <summary>How a quantiser rounds.</summary>
public enum FrameRounding
{
    /// <summary>To the nearest code, ties to the even one.</summary>
    Nearest,

    /// <summary>Up or down at random, right on average: errors of many clients cancel.</summary>
    Stochastic,
}
