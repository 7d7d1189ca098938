namespace Palimpsest.Jobs;

/// <summary>One prompt and what the model made of it.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Expected">The true continuation.</param>
/// <param name="Before">The model's greedy continuation before training.</param>
/// <param name="After">The same after it.</param>
public sealed record FinetuneSample(string Prompt, string Expected, string Before, string After);
