namespace Palimpsest.Evaluation;

/// <summary>A question with completions to choose from.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Choices">The completions as they follow the prompt, leading space included.</param>
/// <param name="Answer">Index of the true one.</param>
public sealed record ChoiceItem(string Prompt, IReadOnlyList<string> Choices, int Answer);
