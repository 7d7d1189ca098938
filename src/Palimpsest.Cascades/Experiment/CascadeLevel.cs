namespace Palimpsest.Cascades.Experiment;

/// <summary>The questions of one difficulty.</summary>
/// <param name="Level">The difficulty in words.</param>
/// <param name="Items">How many there are.</param>
/// <param name="Deferred">Share that the first tier passes on.</param>
/// <param name="First">Share that the first tier alone gets right.</param>
/// <param name="Cascade">Share that the cascade gets right.</param>
/// <param name="Last">Share that the last tier alone gets right.</param>
public sealed record CascadeLevel(string Level, int Items, double Deferred, double First, double Cascade, double Last);
