using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of primal-dual unlearning.</summary>
public sealed record PduOptions : UnlearningOptions
{
    /// <summary>ε: the cross-entropy that retain rows may have, in nats a token.</summary>
    /// <value>There is no default; its authors take 1.5 for MUSE News and 0.1 for Books.</value>
    public double? Eps { get; init; }

    /// <summary>Weight of the forget term; above 0.</summary>
    /// <value>The default is 1.</value>
    public double Gamma { get; init; } = 1;

    /// <summary>λ at the beginning; at least 0.</summary>
    /// <value>The default is 1; its authors' scripts take 50.</value>
    public double Lambda { get; init; } = 1;

    /// <summary>Step of λ; at least 0.</summary>
    /// <value>The default is 1.</value>
    public double DualStep { get; init; } = 1;

    /// <summary>Steps before λ first moves; at least 0.</summary>
    /// <value>The default is 0.</value>
    public int DualWarmup { get; init; }

    /// <summary>Takes the scores at the answer tokens, as the released code does, not at the positions that predict them.</summary>
    /// <value>The default is false.</value>
    public bool Compat { get; init; }

    /// <inheritdoc/>
    internal override bool NeedsRetain => true;

    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step) => TermsAt(Lambda);

    /// <summary>What is minimised for a multiplier.</summary>
    internal IReadOnlyList<WeightedTerm> TermsAt(double lambda) =>
        [new("forget", Gamma, new FlatScores(Compat)), new("retain", lambda, new TokenNll(1, BatchSide.Retain), Eps ?? 0)];

    // λ := max(0, λ + step (retain - ε))
    /// <summary>The multiplier after a step.</summary>
    internal double After(double lambda, double retain) => Math.Max(0, lambda + (DualStep * (retain - (Eps ?? 0))));

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
    [
        .. Eps is double eps && double.IsFinite(eps) ? Array.Empty<string>() : ["pdu needs eps, the cross-entropy in nats a token that retain rows may have."],
        .. Positive("gamma", Gamma), .. NotNegative("lambda", Lambda), .. NotNegative("dual_step", DualStep), .. NotNegative("dual_warmup", DualWarmup),
    ];
}

/// <summary>Makes the scores of a position equal.</summary>
/// <remarks>Entesari et al., Constrained Entropic Unlearning, 2025: total = γ forget + λ (retain - ε).</remarks>
internal sealed class FlatScores(bool released) : IUnlearningTerm
{
    // 1/n Σ_t (max_v z_v - mean_v z_v)²
    /// <inheritdoc/>
    public double Count(ForgetRetainBatch batch) => batch.Forget.Targets.Length;

    /// <inheritdoc/>
    public Tensor Sum(UnlearningPass pass)
    {
        BatchView forget = pass[BatchSide.Forget];
        TokenPositions positions = released ? TokenPositions.Targets(forget.Batch) : TokenPositions.Answers(forget.Batch);
        return forget.Read(positions, (own, _) => Ops.Subtract(own.amax([1L]), own.mean([1L])).square()).sum();
    }
}
