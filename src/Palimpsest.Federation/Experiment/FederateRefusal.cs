namespace Palimpsest.Federation.Experiment;

/// <summary>An answer that was not taken in.</summary>
/// <param name="Round">The round, from 1.</param>
/// <param name="Client">The client's name.</param>
/// <param name="Reason">Why.</param>
public sealed record FederateRefusal(int Round, string Client, string Reason);
