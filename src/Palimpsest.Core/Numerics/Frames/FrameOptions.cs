using Palimpsest.Common;

namespace Palimpsest.Numerics.Frames;

/// <summary>How vectors are written into frames.</summary>
public sealed record FrameOptions : IValidated
{
    /// <summary>How values are written.</summary>
    /// <value>The default is f32.</value>
    public ValueCodec Values { get; init; }

    /// <summary>How the positions of a sparse vector are written; null takes the cheapest form for each frame.</summary>
    /// <value>The default is null.</value>
    public IndexCodec? Indices { get; init; }

    /// <summary>Values that share a scale in int8 and int4; 0 for all of them. A scale has 4 bytes.</summary>
    /// <value>The default is 64.</value>
    public int Block { get; init; } = NormalFloat4.BlockSize;

    /// <summary>How int8 and int4 round; stochastic rounding wants a random stream.</summary>
    /// <value>The default is nearest.</value>
    public FrameRounding Rounding { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        bool integers = Values is ValueCodec.Int8 or ValueCodec.Int4;
        if (Block < 0)
        {
            yield return $"block must be at least 0, but is {Block}. 0 gives all values of a frame one scale.";
        }
        else if (!integers && Block != NormalFloat4.BlockSize)
        {
            yield return "block is for values int8 and int4: nf4 has blocks of 64, f32 and f16 have none. Leave it out.";
        }

        if (!integers && Rounding != FrameRounding.Nearest)
        {
            yield return "rounding stochastic is for values int8 and int4. Leave it out.";
        }
    }

    /// <summary>The block that a frame's header names: 0 where values have no scales of their own.</summary>
    internal int HeaderBlock => Values is ValueCodec.F32 or ValueCodec.F16 ? 0 : Block;
}
