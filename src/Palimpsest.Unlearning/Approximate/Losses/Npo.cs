using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of negative preference optimisation.</summary>
public sealed record NpoOptions : RetainedOptions
{
    /// <summary>β: how soon a row counts as forgotten, above 0. As β falls to 0 the gradient becomes that of gradient ascent on sums.</summary>
    /// <value>The default is 0.1.</value>
    public double Beta { get; init; } = 0.1;

    /// <summary>Whether S and S_ref are divided by the number of answer tokens, as BLUR does (with β = 0.03).</summary>
    /// <value>The default is false.</value>
    public bool MeanToken { get; init; }

    private protected override IUnlearningTerm Forget => new Npo(this);

    private protected override bool ForgetNeedsReference => true;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(Positive("beta", Beta));
}

/// <summary>Makes forget rows less likely than the frozen model finds them, with a slope that vanishes once they are.</summary>
/// <remarks>Zhang et al., Negative Preference Optimization, COLM 2024, equation 3. MUSE's code takes differences of logits over the vocabulary instead of
/// log-probabilities of sequences; that form is not offered.</remarks>
internal sealed class Npo(NpoOptions options) : IUnlearningTerm
{
    // 1/B Σ_i -(2/β) ln σ(β (S_i - Sref_i)),  S = -Σ ln p over a row's answer
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => batch.Forget.Batch;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView forget = pass[BatchSide.Forget];
        return SigmoidLoss.Of(options.MeanToken ? forget.RowNllGain.div(forget.Lengths) : forget.RowNllGain, options.Beta).sum();
    }
}
