using Palimpsest.Models.Generation;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>A continuation that a model sampled.</summary>
/// <param name="Tokens">The new tokens, without the end token.</param>
/// <param name="End">Why it ends; <see cref="CompletionEnd.StopText"/> at the end of a step.</param>
public sealed record Rollout(int[] Tokens, CompletionEnd End)
{
    /// <summary>Whether the model ended its solution itself.</summary>
    public bool IsWhole => End == CompletionEnd.EndToken;
}
