using Palimpsest.Common;

namespace Palimpsest.Jobs.Compare;

/// <summary>One arm of a comparison.</summary>
public sealed record ArmSection : IValidated
{
    /// <summary>Name in results and claims, in small letters, digits, dashes and underscores.</summary>
    public required string Name { get; init; }

    /// <summary>Overrides of this arm, after those of all arms.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Takes what an arm before it sets, and what was chosen for it, under its own overrides, and is not tuned itself: for ablations.</summary>
    /// <value>The default is null.</value>
    public string? Like { get; init; }

    /// <summary>Values to try, by the key that they are tried for; every combination is tried.</summary>
    /// <value>The default is the grid of the tune section.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Grid { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Name.Length == 0 || !Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
        {
            yield return $"name must be of small letters, digits, dashes and underscores, but is \"{Name}\".";
        }

        if (Like is not null && Grid.Count > 0)
        {
            yield return "an arm that is like another one takes what was chosen for it, so it has no grid of its own. Leave one of the two out.";
        }
    }
}
