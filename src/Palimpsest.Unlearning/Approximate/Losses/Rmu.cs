using System.Globalization;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of representation misdirection.</summary>
/// <remarks>Li et al., The WMDP Benchmark, ICML 2024, section 4. Its authors train the <c>mlp.down_proj</c> of layers 5 to 7 only: freeze the others by
/// <c>train.groups</c>.</remarks>
public sealed record RmuOptions : RetainedOptions
{
    /// <inheritdoc/>
    /// <value>The default is activations.</value>
    public override RetainLoss Retain { get; init; } = RetainLoss.Activations;

    /// <summary>Number of the block, from 0, whose output is steered.</summary>
    /// <value>The default is 7.</value>
    public int Layer { get; init; } = 7;

    /// <summary>c: length of the vector that activations are pushed to; above 0.</summary>
    /// <value>The default is 2; its authors take 20, and 6.5 with α = 1200 for Zephyr.</value>
    public double Coefficient { get; init; } = 2;

    /// <summary>What the mean goes over; <see cref="RetainedOptions.Compat"/> takes the released code's, which divides the row sums by the lengths of all rows:
    /// Σ_ij e_i / n_j / B².</summary>
    /// <value>The default is token.</value>
    public RmuMean Mean { get; init; } = RmuMean.Token;

    /// <summary>The hook point that is steered.</summary>
    internal string Point => string.Create(CultureInfo.InvariantCulture, $"blocks.{Layer}.hook_resid_post");

    private protected override IUnlearningTerm Forget => new ActivationDistance(BatchSide.Forget, this);

    private protected override IUnlearningTerm RetainTerm =>
        Retain == RetainLoss.Activations ? new ActivationDistance(BatchSide.Retain, this) : base.RetainTerm;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
    [
        .. base.Problems(), .. Positive("coefficient", Coefficient), .. Layer >= 0 ? Array.Empty<string>() : ["layer must be at least 0."],
        .. Compat && Mean != RmuMean.Token ? ["compat takes the released mean: leave out mean."] : Array.Empty<string>(),
    ];
}
