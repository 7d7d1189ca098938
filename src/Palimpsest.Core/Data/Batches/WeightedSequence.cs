namespace Palimpsest.Data.Batches;

/// <summary>An answer whose tokens count differently: by the reward of the answer, or by the advantage of the step that they belong to.</summary>
/// <param name="Sequence">The prompt and the answer; the targets are the answer's tokens.</param>
/// <param name="Weights">One a target, negative ones too.</param>
/// <param name="Sampled">Log-probability of each target under the model that wrote the answer, for losses that bound how far a model moves from it; null
/// where none is needed.</param>
public sealed record WeightedSequence(TokenSequence Sequence, IReadOnlyList<double> Weights, IReadOnlyList<double>? Sampled = null)
{
    /// <summary>An answer all of whose tokens count alike.</summary>
    /// <param name="sequence">The prompt and the answer.</param>
    /// <param name="weight">The weight of each target.</param>
    public static WeightedSequence Even(TokenSequence sequence, double weight)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return new WeightedSequence(sequence, [.. Enumerable.Repeat(weight, sequence.Targets)]);
    }
}
