namespace Palimpsest.Data.Batches;

/// <summary>Weighted answers of one forward pass.</summary>
/// <param name="Answers">A row an answer; the targets are the answers' tokens.</param>
/// <param name="Weights">One a target.</param>
/// <param name="Sampled">Log-probability of each target under the model that wrote it; null where none is needed.</param>
public sealed record WeightedBatch(TokenBatch Answers, double[] Weights, double[]? Sampled)
{
    /// <summary>Puts answers together.</summary>
    /// <param name="answers">At least one; with log-probabilities all of them, or none.</param>
    /// <exception cref="ArgumentException">An answer has not as many weights as targets.</exception>
    public static WeightedBatch Of(IReadOnlyList<WeightedSequence> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        bool sampled = answers.All(answer => answer.Sampled is not null);
        if (answers.Any(answer => answer.Weights.Count != answer.Sequence.Targets || (answer.Sampled?.Count ?? answer.Weights.Count) != answer.Weights.Count))
        {
            throw new ArgumentException("An answer needs one weight, and one log-probability or none, for each of its targets.", nameof(answers));
        }

        return new WeightedBatch(TokenBatch.Of([.. answers.Select(answer => answer.Sequence)]), [.. answers.SelectMany(answer => answer.Weights)],
            sampled ? [.. answers.SelectMany(answer => answer.Sampled!)] : null);
    }
}
