namespace Palimpsest.Reasoning.Experiment;

/// <summary>What the demonstrations' model makes of the problems that it samples.</summary>
/// <param name="Problems">Problems with demonstrations.</param>
/// <param name="Solved">Share of all samples that are right.</param>
/// <param name="Wrong">Different wrong solutions that pairs can be made of.</param>
/// <param name="Lucky">Share of the right samples with a wrong step: the spurious positives.</param>
public sealed record SampledSolutions(int Problems, double Solved, int Wrong, double Lucky);
