using Palimpsest.Common;

namespace Palimpsest.Jobs.Compare;

/// <summary>How the arms of a comparison are tuned: each with the same grid, by one metric, on what is not reported.</summary>
public sealed record TuneSection : IValidated
{
    /// <summary>Overrides of the tuning runs, after those of the arm: fewer steps, and data that no reported run is measured on.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Seed of the tuning runs.</summary>
    /// <value>The default is 90.</value>
    public long Seed { get; init; } = 90;

    /// <summary>The metric that chooses, as claims name it.</summary>
    public required string Metric { get; init; }

    /// <summary>Whether the lowest value is chosen.</summary>
    /// <value>The default is true.</value>
    public bool Lowest { get; init; } = true;

    /// <summary>Values to try, by the key that they are tried for, for arms that name none.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Grid { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Grid.Count == 0 || Grid.Values.Any(values => values.Count == 0))
        {
            yield return "grid must hold at least one key, and at least one value for each.";
        }
    }
}
