using Palimpsest.Torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of SatImp: saturation and importance of tokens.</summary>
/// <remarks>γ and α are those of open-unlearning's configuration; its class has 1 and 0.1.</remarks>
public sealed record SatImpOptions : RetainedOptions
{
    /// <inheritdoc/>
    /// <value>The default is 0.1.</value>
    public override double Gamma { get; init; } = 0.1;

    /// <summary>β1, at least 0: likely tokens count more.</summary>
    /// <value>The default is 5.</value>
    public double Beta1 { get; init; } = 5;

    /// <summary>β2, at least 0: nearly certain ones count less.</summary>
    /// <value>The default is 1.</value>
    public double Beta2 { get; init; } = 1;

    // w = p^β1 (1 - p)^β2                                    Yang et al., Exploring Criteria of Loss Reweighting, ICML 2025
    private protected override IUnlearningTerm Forget =>
        new WeightedAscent(numbers => Ops.Scale(numbers, Beta1).exp().mul(numbers.expm1().neg().pow(Scalars.Of(Beta2))));

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => [.. base.Problems(), .. NotNegative("beta1", Beta1), .. NotNegative("beta2", Beta2)];
}
