namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Settings of ORPO: the cross-entropy of the chosen answer and the odds against the rejected one, without a reference.</summary>
/// <remarks>Hong et al., EMNLP 2024, equation 6. The cross-entropy is that of the answer; TRL's trainer takes it over the prompt too.</remarks>
public sealed record OrpoOptions : PreferenceOptions
{
    /// <summary>λ of the paper, TRL's <c>beta</c>: weight of the odds; above 0.</summary>
    /// <value>The default is 0.1.</value>
    public override double Beta { get; init; } = 0.1;

    /// <inheritdoc/>
    public override double SftWeight { get; init; } = 1;

    internal override PreferenceLoss Loss => PreferenceLosses.Orpo;
}
