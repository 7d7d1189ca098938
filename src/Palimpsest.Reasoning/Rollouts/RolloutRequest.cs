namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Rollouts that are wanted from a prefix.</summary>
/// <param name="Sequence">A prompt and what follows it; requests in a row over one sequence share what is computed for it.</param>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Length">Tokens of the prefix, those of the prompt among them.</param>
/// <param name="Count">Rollouts. The first of many are those of few.</param>
/// <param name="First">The number of the first of them: others than those from 0 on are drawn independently of these.</param>
public sealed record RolloutRequest(int[] Sequence, int Prompt, int Length, int Count, int First = 0)
{
    /// <summary>Rollouts from a bare prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="count">Rollouts.</param>
    /// <param name="first">The number of the first of them.</param>
    public static RolloutRequest Of(int[] prompt, int count, int first = 0)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return new RolloutRequest(prompt, prompt.Length, prompt.Length, count, first);
    }
}
