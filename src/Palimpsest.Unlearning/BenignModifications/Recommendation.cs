namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>What follows from what was found.</summary>
/// <param name="For">Who is meant.</param>
/// <param name="Text">What to do.</param>
/// <param name="Because">The modifications that showed it.</param>
public sealed record Recommendation(RecommendationReader For, string Text, IReadOnlyList<string> Because);
