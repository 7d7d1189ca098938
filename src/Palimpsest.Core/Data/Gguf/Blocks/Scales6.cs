namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>Eight scales and eight minima of 6 bits in 12 bytes, shared by <see cref="Q4_K"/> and <see cref="Q5_K"/>.</summary>
/// <remarks>The first four of each are the lower 6 bits of bytes 0 to 3 and 4 to 7. Of the others the lower four bits share bytes 8 to 11, and the upper two bits are what the first eight bytes had left.</remarks>
internal static class Scales6
{
    public static (int Scale, int Minimum) At(ReadOnlySpan<byte> scales, int group) => group < 4
        ? (scales[group] & 63, scales[group + 4] & 63)
        : ((scales[group + 4] & 15) | (scales[group - 4] >> 6 << 4), (scales[group + 4] >> 4) | (scales[group] >> 6 << 4));
}
