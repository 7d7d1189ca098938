namespace Palimpsest.Jobs.Compare;

/// <summary>Grids of settings.</summary>
internal static class CompareGrid
{
    /// <summary>Every combination, the last key changing fastest, as overrides.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Combinations(IReadOnlyDictionary<string, IReadOnlyList<string>> grid)
    {
        IEnumerable<IReadOnlyList<string>> combinations = [[]];
        foreach ((string key, IReadOnlyList<string> values) in grid)
        {
            combinations = combinations.SelectMany(rest => values.Select(value => (IReadOnlyList<string>)[.. rest, $"{key}={value}"]));
        }

        return [.. combinations];
    }

    /// <summary>The keys at whose edge a combination lies: the first or last of at least three values.</summary>
    public static IReadOnlyList<string> Edges(IReadOnlyDictionary<string, IReadOnlyList<string>> grid, IReadOnlyList<string> chosen) =>
        [.. grid.Where(pair => pair.Value.Count >= 3 && chosen.Any(item => item == $"{pair.Key}={pair.Value[0]}" || item == $"{pair.Key}={pair.Value[^1]}"))
            .Select(pair => pair.Key)];
}
