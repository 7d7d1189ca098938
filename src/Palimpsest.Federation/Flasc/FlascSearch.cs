namespace Palimpsest.Federation.Flasc;

/// <summary>Finds a rank and a density: from the least of both on, whichever step brings more on held-out data for the bytes that it adds.</summary>
/// <remarks>
/// FLASC-Search, arXiv 2406.05233 (2025), raises either rank or density by comparing a pair of configurations; its exact rule is not public. Here both
/// neighbours are run, the one that gains more a byte is taken, and the search ends where neither gains enough or the bytes are spent: at most
/// 1 + 2 (ranks + densities - 2) runs, each configuration once. A step that gains and adds no bytes comes before all others.
/// </remarks>
/// <param name="ranks">To choose from, ascending.</param>
/// <param name="densities">To choose from, ascending.</param>
public sealed class FlascSearch(IReadOnlyList<int> ranks, IReadOnlyList<double> densities)
{
    /// <summary>Least gain of a step, in units of the score.</summary>
    /// <value>The default is 0: any gain, but not none.</value>
    public double LeastGain { get; init; }

    /// <summary>Most bytes of a configuration.</summary>
    /// <value>The default is no limit.</value>
    public long MostBytes { get; init; } = long.MaxValue;

    // take the neighbour of largest (score' - score) / (bytes' - bytes), while score' - score > least gain and bytes' <= most bytes
    /// <summary>Searches.</summary>
    /// <param name="run">Trains a configuration and says what it reaches on held-out data, larger being better, and what it sends.</param>
    /// <returns>What was run, in that order, and what was chosen.</returns>
    /// <exception cref="ArgumentException">There is nothing to choose from, or not in ascending order.</exception>
    public FlascSearchResult Run(Func<FlascPoint, FlascTrial> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (!Ascends(ranks) || !Ascends(densities))
        {
            throw new ArgumentException("Ranks and densities must each ascend, and there must be one at least.", nameof(run));
        }

        OrderedDictionary<FlascPoint, FlascTrial> trials = [];
        (int Rank, int Density) at = (0, 0);
        FlascTrial current = Trial(at);
        while (true)
        {
            (double most, (int, int) next, FlascTrial trial) = (0, at, current);
            foreach ((int rank, int density) in ((int, int)[])[(at.Rank + 1, at.Density), (at.Rank, at.Density + 1)])
            {
                if (rank < ranks.Count && density < densities.Count && Trial((rank, density)) is FlascTrial other && Worth(current, other) is double worth
                    && worth > most)
                {
                    (most, next, trial) = (worth, (rank, density), other);
                }
            }

            if (next == at)
            {
                return new FlascSearchResult(Point(at), current, [.. trials]);
            }

            (at, current) = (next, trial);
        }

        FlascPoint Point((int Rank, int Density) index) => new(ranks[index.Rank], densities[index.Density]);

        FlascTrial Trial((int, int) index) => trials.TryGetValue(Point(index), out FlascTrial trial) ? trial : trials[Point(index)] = run(Point(index));
    }

    private static bool Ascends<T>(IReadOnlyList<T> values)
        where T : IComparable<T> => values.Count > 0 && values.Zip(values.Skip(1), (a, b) => a.CompareTo(b) < 0).All(rises => rises);

    private double Worth(FlascTrial from, FlascTrial to)
    {
        double gain = to.Score - from.Score;
        long added = to.Bytes - from.Bytes;
        return !(gain > LeastGain) || to.Bytes > MostBytes ? 0 : added > 0 ? gain / added : double.PositiveInfinity;
    }
}
