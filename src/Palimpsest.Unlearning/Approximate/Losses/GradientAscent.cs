namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of gradient ascent; it has none.</summary>
public sealed record GradientAscentOptions : UnlearningOptions
{
    // -1/n Σ x over the forget tokens                        Jang et al., Knowledge Unlearning, ACL 2023
    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step) => [new("forget", 1, new TokenNll(-1, BatchSide.Forget))];
}
