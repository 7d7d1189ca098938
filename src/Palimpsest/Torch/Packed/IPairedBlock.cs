using System.Runtime.Intrinsics;

namespace Palimpsest.Torch.Packed;

/// <summary>A block of 32 values that meets a vector together with the block of the next row, in AVX-512 registers: eight values of a row and eight of the
/// next.</summary>
internal unsafe interface IPairedBlock : IRowBlock
{
    /// <summary>Whether a second f16 follows the first, which is added to every value.</summary>
    static abstract bool HasLeast { get; }

    /// <summary>The bits of two blocks that <see cref="Eight"/> takes values out of.</summary>
    static abstract Vector512<byte> Both(byte* lower, byte* upper);

    /// <summary>Eight values of each block; the same as <see cref="IRowBlock.Group"/>'s.</summary>
    /// <param name="both">The blocks.</param>
    /// <param name="part">Which eight, 0 to 3; a constant.</param>
    /// <param name="step">The steps of the two blocks, eight times each.</param>
    /// <param name="least">What is added, alike.</param>
    static abstract Vector512<float> Eight(Vector512<byte> both, int part, Vector512<float> step, Vector512<float> least);
}
