using Palimpsest.Reasoning.Arms;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>One arm at one number of problems.</summary>
/// <param name="Arm">Its name.</param>
/// <param name="Problems">Problems with demonstrations.</param>
/// <param name="Score">What its model does.</param>
/// <param name="Notes">What is told of its training.</param>
/// <param name="Sampled">Solutions and rollouts that were sampled for it anew; others were found in the store.</param>
/// <param name="SampleSeconds">Seconds of that.</param>
/// <param name="Seconds">Seconds in all.</param>
public sealed record ReasoningCell(string Arm, int Problems, TaskScore Score, ArmNotes Notes, long Sampled, double SampleSeconds, double Seconds);
