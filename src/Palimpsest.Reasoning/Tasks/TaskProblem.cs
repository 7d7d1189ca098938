namespace Palimpsest.Reasoning.Tasks;

/// <summary>A generated problem.</summary>
/// <param name="Text">A line of the task's symbols, with its end.</param>
/// <param name="Answer">The right final answer.</param>
/// <param name="IsCued">Whether something in it invites a shortcut.</param>
public sealed record TaskProblem(string Text, string Answer, bool IsCued);
