namespace Palimpsest.Data;

/// <summary>One owner's examples of a source.</summary>
/// <param name="source">The examples of all owners.</param>
/// <param name="owner">The owner.</param>
/// <param name="positions">Where its examples stand, rising.</param>
internal sealed class SourceByOwner(IExampleSource source, string owner, List<long> positions) : IExampleSource
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
            int next = positions.BinarySearch(position) is int found && found >= 0 ? found : ~found;
            while (next < positions.Count)
            {
                int before = next;
                foreach ((long at, TextExample example) in source.From(positions[next]))
                {
                    if (at != positions[next])
                    {
                        break;
                    }

                    yield return (at, Own(at, example));
                    if (++next == positions.Count)
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

    private TextExample Own(long position, TextExample example) => example.Owner == owner ? example : throw Changed(position);

    private PalimpsestException Changed(long position) => new($"{Name}: the example at {position} is no longer one of \"{owner}\". The data has changed since it was opened; start the run anew.");
}
