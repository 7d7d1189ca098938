namespace Palimpsest.Jobs.Compare;

/// <summary>One run of a comparison; a part of it with a folder of its own.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Name">Name within the arm.</param>
/// <param name="Overrides">What it sets.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Trial">The overrides that are tried.</param>
internal sealed record ComparePart(string Arm, string Name, IReadOnlyList<string> Overrides, long Seed, IReadOnlyList<string> Trial);
