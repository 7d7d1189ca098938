namespace Palimpsest.Jobs.Compare;

/// <summary>One setting that was tried.</summary>
/// <param name="Overrides">The setting.</param>
/// <param name="Value">The metric; null where the run failed.</param>
public sealed record CompareTrial(IReadOnlyList<string> Overrides, double? Value);
