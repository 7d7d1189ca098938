using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>A problem with the solutions that were sampled of it.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Samples">The solutions, each with its judgement.</param>
public sealed record SampledProblem(Problem Problem, IReadOnlyList<SampledSolution> Samples);

/// <summary>A sampled solution.</summary>
/// <param name="Text">What the model wrote.</param>
/// <param name="Judgement">Whether it is right, and its answer.</param>
public sealed record SampledSolution(string Text, Judgement Judgement);
