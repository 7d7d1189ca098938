namespace Palimpsest.Federation.Flasc;

/// <summary>A configuration of FLASC.</summary>
/// <param name="Rank">Of the adapter.</param>
/// <param name="Density">Of both directions.</param>
public readonly record struct FlascPoint(int Rank, double Density);

/// <summary>What a configuration came to.</summary>
/// <param name="Score">On held-out data; larger is better.</param>
/// <param name="Bytes">Sent in both directions.</param>
public readonly record struct FlascTrial(double Score, long Bytes);

/// <summary>What a search came to.</summary>
/// <param name="Chosen">The configuration.</param>
/// <param name="Trial">What it came to.</param>
/// <param name="Trials">All that were run, in that order.</param>
public sealed record FlascSearchResult(FlascPoint Chosen, FlascTrial Trial, IReadOnlyList<KeyValuePair<FlascPoint, FlascTrial>> Trials);
