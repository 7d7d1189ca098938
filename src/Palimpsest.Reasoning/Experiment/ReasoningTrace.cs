namespace Palimpsest.Reasoning.Experiment;

/// <summary>An example solution with the value of its steps.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="IsRight">Whether the final answer is right.</param>
/// <param name="Value">V: the estimated chance of success of the bare problem.</param>
/// <param name="Steps">The lines.</param>
/// <param name="Values">Q: the estimated chance behind each line.</param>
/// <param name="FirstWrong">The first wrong line by the task's own check, counted from 1; null for none.</param>
/// <param name="Pit">Where the solution goes wrong by its values; null for right solutions, and where no rollout solves the problem.</param>
public sealed record ReasoningTrace(string Problem, bool IsRight, double Value, IReadOnlyList<string> Steps, IReadOnlyList<double> Values, int? FirstWrong,
    int? Pit);
