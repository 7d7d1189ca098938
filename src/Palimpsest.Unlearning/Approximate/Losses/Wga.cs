using Palimpsest.Torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of weighted gradient ascent: likely tokens count more.</summary>
public sealed record WgaOptions : RetainedOptions
{
    /// <summary>β, at least 0; 0 is gradient ascent.</summary>
    /// <value>The default is 1.</value>
    public double Beta { get; init; } = 1;

    // w = p^β                                                Wang et al., Rethinking LLM Unlearning Objectives, ICLR 2025
    private protected override IUnlearningTerm Forget => new WeightedAscent(numbers => Ops.Scale(numbers, Beta).exp());

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(NotNegative("beta", Beta));
}
