namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of IDK ("preference optimisation" of TOFU): refusals are learnt together with the rows that are to stay; it has none.</summary>
public sealed record IdkPoOptions : UnlearningOptions
{
    // 1/n Σ x over the tokens of refusals and retain rows together        Maini et al., TOFU, 2024
    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step) => [new("forget", 1, new TokenNll(1, BatchSide.Alternates, BatchSide.Retain))];

    /// <inheritdoc/>
    internal override bool NeedsRetain => true;

    /// <inheritdoc/>
    internal override AlternateAnswers Alternates => AlternateAnswers.Refusals;
}
