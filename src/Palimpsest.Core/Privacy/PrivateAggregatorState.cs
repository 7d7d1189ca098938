namespace Palimpsest.Privacy;

/// <summary>Where a course of private rounds stands between two of them: plain numbers for a checkpoint. Nothing in it is random.</summary>
/// <param name="Rounds">Rounds that were begun.</param>
/// <param name="Clip">C, the clipping norm of the next round, to the bit.</param>
/// <param name="Position">Where the stream of a simulation stands; null in deployment.</param>
public sealed record PrivateAggregatorState(long Rounds, double Clip, ulong? Position);
