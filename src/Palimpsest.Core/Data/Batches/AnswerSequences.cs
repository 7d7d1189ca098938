namespace Palimpsest.Data.Batches;

/// <summary>A prompt with its answers in tokens.</summary>
/// <param name="Answer">The chosen or judged answer behind the prompt; its targets are the answer's tokens.</param>
/// <param name="Rejected">The worse one behind the same prompt; null for a judged answer.</param>
/// <param name="IsDesirable">Whether <paramref name="Answer"/> is a good one.</param>
public sealed record AnswerSequences(TokenSequence Answer, TokenSequence? Rejected, bool IsDesirable)
{
    /// <summary>Tokens of the longer one.</summary>
    public int Length => Math.Max(Answer.Ids.Length, Rejected?.Ids.Length ?? 0);
}
