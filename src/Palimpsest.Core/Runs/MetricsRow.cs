namespace Palimpsest.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Step of the run, counted as the experiment counts.</param>
/// <param name="Values">Values by name; they may be NaN or infinite.</param>
public sealed record MetricsRow(long Step, IReadOnlyDictionary<string, double> Values);
