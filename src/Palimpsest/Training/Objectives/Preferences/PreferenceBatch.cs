using Palimpsest.Data.Batches;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Answers of one forward pass: pairs, the chosen ones first and the rejected ones in the same order behind them, or single ones that are desirable or not.</summary>
/// <param name="Answers">A row an answer; the targets are the tokens of the answers, not of the prompts.</param>
/// <param name="Desirable">Whether each row is chosen or desirable.</param>
public sealed record PreferenceBatch(TokenBatch Answers, IReadOnlyList<bool> Desirable)
{
    /// <summary>For single answers: the same prompts, each with the answer of another row, from which KTO estimates how far the policy has moved; or null.</summary>
    public TokenBatch? Mismatched { get; init; }

    /// <summary>Pairs of answers.</summary>
    /// <param name="chosen">One a pair, with at least one target.</param>
    /// <param name="rejected">One a pair, with at least one target.</param>
    public static PreferenceBatch Pairs(IReadOnlyList<TokenSequence> chosen, IReadOnlyList<TokenSequence> rejected)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(rejected);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rejected.Count, chosen.Count, nameof(rejected));
        return new PreferenceBatch(TokenBatch.Of([.. chosen, .. rejected]), [.. chosen.Select(_ => true), .. rejected.Select(_ => false)]);
    }

    /// <summary>The row of each target.</summary>
    internal static long[] RowsOf(TokenBatch answers) => [.. answers.Rows.Select(row => row / answers.Time)];
}
