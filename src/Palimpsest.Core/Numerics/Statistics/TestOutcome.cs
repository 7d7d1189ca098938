namespace Palimpsest.Numerics.Statistics;

/// <summary>What a test found.</summary>
/// <param name="Statistic">The test's statistic.</param>
/// <param name="PValue">Probability of a statistic at least as extreme if the hypothesis holds; NaN where it is not defined.</param>
public readonly record struct TestOutcome(double Statistic, double PValue);
