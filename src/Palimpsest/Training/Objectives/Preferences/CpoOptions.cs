namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Settings of CPO: the preference without a reference, and the cross-entropy of the chosen answer.</summary>
/// <remarks>Xu et al., ICML 2024, equation 5.</remarks>
public sealed record CpoOptions : PreferenceOptions
{
    /// <inheritdoc/>
    /// <value>The default is 0.1.</value>
    public override double Beta { get; init; } = 0.1;

    /// <summary>ε: the chance that a label is flipped, in [0, 0.5).</summary>
    /// <value>The default is 0.</value>
    public double LabelSmoothing { get; init; }

    /// <inheritdoc/>
    public override double SftWeight { get; init; } = 1;

    internal override PreferenceLoss Loss => PreferenceLosses.Cpo;

    internal override double Epsilon => LabelSmoothing;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(SmoothingProblems(LabelSmoothing));
}
