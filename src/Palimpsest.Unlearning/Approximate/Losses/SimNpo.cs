using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of SimNPO: no frozen model, means over tokens.</summary>
public sealed record SimNpoOptions : RetainedOptions
{
    /// <inheritdoc/>
    /// <value>The default is 0.125.</value>
    public override double Gamma { get; init; } = 0.125;

    /// <summary>β, above 0.</summary>
    /// <value>The default is 4.5.</value>
    public double Beta { get; init; } = 4.5;

    /// <summary>δ: the mean cross-entropy of a token, in nats, that is asked for.</summary>
    /// <value>The default is 0.</value>
    public double Delta { get; init; }

    private protected override IUnlearningTerm Forget => new SimNpo(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        [.. base.Problems(), .. Positive("beta", Beta), .. double.IsFinite(Delta) ? Array.Empty<string>() : ["delta must be a finite number."]];
}

/// <summary>Makes forget rows unlikely by their own mean cross-entropy.</summary>
/// <remarks>Fan et al., Simplicity Prevails, 2024; γ and β as its configuration for TOFU forget10 (forget05: γ 0.1375, β 2.5).</remarks>
internal sealed class SimNpo(SimNpoOptions options) : IUnlearningTerm
{
    // 1/B Σ_i -(2/β) ln σ(β (S_i / n_i - δ))
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => batch.Forget.Batch;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView forget = pass[BatchSide.Forget];
        return SigmoidLoss.Of(Ops.Shift(forget.RowNll.div(forget.Lengths), -options.Delta), options.Beta).sum();
    }
}
