using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Where a solution goes wrong.</summary>
/// <param name="Trace">The solution.</param>
/// <param name="Values">What is known of its steps.</param>
/// <param name="Pit">The step, counted from 1; null where the rule finds none.</param>
public sealed record PitFinding(Trace Trace, StepValues Values, int? Pit);
