namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of SCRUB: steps that leave the frozen model on forget rows, in turn with steps that come back to it on retain rows.</summary>
/// <remarks>
/// Kurmanji et al., Towards Unbounded Machine Unlearning, NeurIPS 2023, with its code's KL(frozen || model) T². Weights and temperature as in
/// BLUR,
/// whose code takes the softmax over the positions, which is not offered.
/// </remarks>
public sealed record ScrubOptions : UnlearningOptions
{
    /// <summary>Weight of the divergence in the steps on retain rows; at least 0.</summary>
    /// <value>The default is 0.001.</value>
    public double Alpha { get; init; } = 0.001;

    /// <summary>Weight of the cross-entropy in these steps; at least 0.</summary>
    /// <value>The default is 0.1.</value>
    public double NllWeight { get; init; } = 0.1;

    /// <summary>T: what scores are divided by; above 0.</summary>
    /// <value>The default is 4.</value>
    public double Temperature { get; init; } = 4;

    /// <summary>Takes KL(model || frozen) instead.</summary>
    /// <value>The default is false.</value>
    public bool Reversed { get; init; }

    /// <summary>Steps of a phase; phases on forget rows and on retain rows take turns, the forget rows first.</summary>
    /// <value>The default is 1.</value>
    public int PhaseSteps { get; init; } = 1;

    /// <summary>Phases on forget rows; behind them all steps are on retain rows. 0 for no end.</summary>
    /// <value>The default is 0; BLUR has 2 phases of an epoch each.</value>
    public int ForgetPhases { get; init; }

    /// <inheritdoc/>
    internal override bool NeedsReference => true;

    /// <inheritdoc/>
    internal override bool NeedsRetain => true;

    // forget phase: -T² KL(ref || θ) on forget rows        retain phase: w NLL + α T² KL(ref || θ) on retain rows
    /// <inheritdoc/>
    internal override IReadOnlyList<WeightedTerm> Terms(int step)
    {
        int phase = step / PhaseSteps;
        return phase % 2 == 0 && (ForgetPhases == 0 || phase / 2 < ForgetPhases)
            ? [new("forget", 1, Distance(BatchSide.Forget, -1))]
            : [new("retain", NllWeight, new TokenNll(1, BatchSide.Retain)), new("distance", Alpha, Distance(BatchSide.Retain, 1))];
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
    [
        .. NotNegative("alpha", Alpha), .. NotNegative("nll_weight", NllWeight), .. Positive("temperature", Temperature),
        .. PhaseSteps >= 1 && ForgetPhases >= 0 ? Array.Empty<string>() : ["phase_steps must be at least 1, and forget_phases at least 0."],
        .. Alpha == 0 && NllWeight == 0 ? ["alpha and nll_weight are both 0, so that steps on retain rows would do nothing."] : Array.Empty<string>(),
    ];

    private Divergence Distance(BatchSide side, int sign) => new(side, sign) { Temperature = Temperature, Reversed = Reversed };
}
