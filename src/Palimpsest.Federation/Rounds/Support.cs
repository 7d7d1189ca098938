using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>Which coordinates a message carries.</summary>
/// <param name="Mask">On for those that are sent; null for all. What is not sent is zero at the receiver.</param>
/// <param name="Known">Whether the receiver knows the mask already, so that no positions are sent.</param>
public readonly record struct Support(BitMask? Mask, bool Known = false)
{
    /// <summary>All coordinates.</summary>
    public static Support All => default;
}
