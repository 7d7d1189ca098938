namespace Palimpsest.Data;

/// <summary>Where an <see cref="IExampleStream"/> stands; a few numbers that a checkpoint keeps as JSON.</summary>
public sealed record ExampleCursor
{
    /// <summary>How many whole passes over the data lie behind.</summary>
    public int Epoch { get; init; }

    /// <summary>Position of the next example to read from the source; null when this pass has been read to its end and only the buffer is left.</summary>
    public long? NextPosition { get; init; } = 0;

    /// <summary>Positions of the examples in the shuffle buffer, in the buffer's order.</summary>
    public IReadOnlyList<long> Buffer { get; init; } = [];

    /// <summary>Position of the random stream that shuffles or mixes.</summary>
    public ulong RandomPosition { get; init; }

    /// <summary>Bad examples left out during the first pass.</summary>
    public long Skipped { get; init; }

    /// <summary>The cursors of the streams that a <see cref="MixedStream"/> draws from; empty for a single stream.</summary>
    public IReadOnlyList<ExampleCursor> Parts { get; init; } = [];
}
