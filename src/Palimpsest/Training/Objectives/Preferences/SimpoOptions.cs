namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Settings of SimPO: no reference, means over tokens, and a margin.</summary>
/// <remarks>Meng et al., NeurIPS 2024, equation 6, with the authors' defaults.</remarks>
public sealed record SimpoOptions : PreferenceOptions
{
    /// <inheritdoc/>
    /// <value>The default is 2.</value>
    public override double Beta { get; init; } = 2;

    /// <summary>γ: the margin that is asked for; at least 0. TRL divides its <c>simpo_gamma</c> by β inside, which gives the same formula.</summary>
    /// <value>The default is 1.</value>
    public double Gamma { get; init; } = 1;

    /// <summary>ε: the chance that a label is flipped, in [0, 0.5).</summary>
    /// <value>The default is 0.</value>
    public double LabelSmoothing { get; init; }

    internal override PreferenceLoss Loss => PreferenceLosses.Simpo;

    internal override double Epsilon => LabelSmoothing;

    internal override double Margin => Gamma;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        base.Problems().Concat(SmoothingProblems(LabelSmoothing)).Concat(Gamma >= 0 && double.IsFinite(Gamma) ? [] : ["gamma must be a number of at least 0."]);
}
