using static TorchSharp.torch;

namespace Palimpsest.Training.Ranks;

/// <summary>One process alone: nothing to add up.</summary>
public sealed class LoneRank : IRanks
{
    private LoneRank()
    {
    }

    /// <summary>The only one there is.</summary>
    public static LoneRank Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public long BytesSummed => 0;

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
    }

    /// <inheritdoc/>
    public void Sum(Span<double> values)
    {
    }

    /// <inheritdoc/>
    public void FromFirst(Span<byte> bytes)
    {
    }
}
