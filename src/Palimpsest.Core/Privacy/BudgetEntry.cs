namespace Palimpsest.Privacy;

/// <summary>Releases that were reserved in a ledger, whether or not they were made.</summary>
/// <param name="Rate">q, the sampling rate.</param>
/// <param name="Noise">σ, the noise multiplier.</param>
/// <param name="Steps">How many.</param>
/// <param name="Purpose">What for.</param>
public sealed record BudgetEntry(double Rate, double Noise, long Steps, string Purpose);
