namespace Palimpsest.Cascades.Experiment;

/// <summary>One system over the test.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="Cost">Mean cost of a call.</param>
/// <param name="Seconds">Mean seconds of a call as measured; null where nobody measured.</param>
/// <param name="Abstained">Share of the questions without an answer.</param>
public sealed record CascadeSystem(string Name, double Accuracy, double Cost, double? Seconds, double Abstained);
