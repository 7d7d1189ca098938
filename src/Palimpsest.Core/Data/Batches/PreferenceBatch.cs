namespace Palimpsest.Data.Batches;

/// <summary>Answers of one forward pass: pairs, the chosen ones first and the rejected ones in the same order behind them, or single ones that are desirable or
/// not.</summary>
/// <param name="Answers">A row an answer; the targets are the tokens of the answers, not of the prompts.</param>
/// <param name="Desirable">Whether each row is chosen or desirable.</param>
public sealed record PreferenceBatch(TokenBatch Answers, IReadOnlyList<bool> Desirable)
{
    /// <summary>For single answers: the same prompts, each with the answer of another row, from which KTO estimates how far the policy has moved; null for
    /// pairs, and for a single row.</summary>
    public TokenBatch? Mismatched { get; init; }

    /// <summary>Puts answers together.</summary>
    /// <param name="answers">At least one; all of them pairs, or none.</param>
    public static PreferenceBatch Of(IReadOnlyList<AnswerSequences> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        int pairs = answers.Count(item => item.Rejected is not null);
        if (pairs == answers.Count)
        {
            return new PreferenceBatch(TokenBatch.Of([.. answers.Select(item => item.Answer), .. answers.Select(item => item.Rejected!)]),
                [.. answers.Select(_ => true), .. answers.Select(_ => false)]);
        }

        return pairs > 0
            ? throw new ArgumentException("Some answers are pairs and some are not.", nameof(answers))
            : new PreferenceBatch(TokenBatch.Of([.. answers.Select(item => item.Answer)]), [.. answers.Select(item => item.IsDesirable)])
            {
                // Each prompt gets the answer of the next row.
                Mismatched = answers.Count == 1
                    ? null : TokenBatch.Of([.. answers.Select((item, i) => Joined(item.Answer, answers[(i + 1) % answers.Count].Answer))]),
            };
    }

    /// <summary>The row of each target.</summary>
    public static long[] RowsOf(TokenBatch answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return [.. answers.Rows.Select(row => row / answers.Time)];
    }

    private static TokenSequence Joined(TokenSequence prompt, TokenSequence other)
    {
        int head = Start(prompt), from = Start(other);
        bool[]? mask = prompt.Mask is null && other.Mask is null
            ? null : [.. new bool[head], .. Enumerable.Range(from, other.Ids.Length - from).Select(other.IsTarget)];
        return new TokenSequence([.. prompt.Ids[..head], .. other.Ids[from..]], head, mask);
    }

    private static int Start(TokenSequence sequence) => Enumerable.Range(0, sequence.Ids.Length).First(sequence.IsTarget);
}
