namespace Palimpsest.Data;

/// <summary>Some examples of a source, such as those of one owner.</summary>
/// <param name="source">The whole, which must not change.</param>
/// <param name="positions">Where the examples stand, rising.</param>
/// <param name="owner">Whose they must be; null for anybody's.</param>
public sealed class SubsetSource(IExampleSource source, long[] positions, string? owner = null) : IExampleSource
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return Enumerate();

        IEnumerable<(long Position, TextExample Example)> Enumerate()
        {
            // Neighbours are read in one go; where others' examples lie between, reading starts anew behind them.
            int next = Array.BinarySearch(positions, position) is int found && found >= 0 ? found : ~found;
            while (next < positions.Length)
            {
                int before = next;
                foreach ((long at, TextExample example) in source.From(positions[next]))
                {
                    if (at != positions[next])
                    {
                        break;
                    }

                    yield return (at, Own(at, example));
                    if (++next == positions.Length)
                    {
                        break;
                    }
                }

                if (next == before)
                {
                    throw Changed(positions[next]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public TextExample At(long position) => Own(position, source.At(position));

    private TextExample Own(long position, TextExample example) => owner is null || example.Owner == owner ? example : throw Changed(position);

    private PalimpsestException Changed(long position) => new(
        $"{Name}: the example at {position} is no longer {(owner is null ? "there" : $"one of \"{owner}\"")}. The data has changed since it was opened; "
            + "start the run anew.");
}
