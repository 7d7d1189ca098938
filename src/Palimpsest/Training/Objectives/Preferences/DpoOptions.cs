using Palimpsest.Runs.Recipes;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Settings of direct preference optimisation and of the losses that share its form.</summary>
/// <remarks>Rafailov et al., NeurIPS 2023; names and defaults as TRL's <c>DPOConfig</c>, except that <c>cdpo</c> is a name of its own.</remarks>
public sealed record DpoOptions : PreferenceOptions
{
    /// <summary>
    /// The loss of a pair: sigmoid, cdpo, robust, ipo, ipo_sum, hinge, sigmoid_norm, reference_free, nca_pair, bco_pair, sppo_hard, apo_zero, apo_down,
    /// exo_pair, aot, aot_unpaired, discopop, forward_kl or js.
    /// </summary>
    /// <value>The default is sigmoid.</value>
    public string LossType { get; init; } = "sigmoid";

    /// <inheritdoc/>
    /// <value>The default is 0.1.</value>
    public override double Beta { get; init; } = 0.1;

    /// <summary>ε: the chance that a label is flipped, in [0, 0.5); for cdpo, robust, exo_pair, aot and aot_unpaired.</summary>
    /// <value>The default is 0; exo_pair takes at least 0.001.</value>
    public double LabelSmoothing { get; init; }

    internal override PreferenceLoss Loss => PreferenceLosses.All[LossType];

    internal override bool HasReference => !PreferenceLosses.All.TryGetValue(LossType, out PreferenceLoss? loss) || loss.NeedsReference;

    internal override double Epsilon => LabelSmoothing;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems().Concat(SmoothingProblems(LabelSmoothing)))
        {
            yield return problem;
        }

        if (!PreferenceLosses.All.TryGetValue(LossType, out PreferenceLoss? loss))
        {
            yield return $"loss_type {RecipeChoices.Unknown(PreferenceLosses.All.Keys, LossType)}";
        }
        else if (LabelSmoothing > 0 && !loss.Smooths)
        {
            yield return $"label_smoothing has no part in {LossType}. Take cdpo or robust, or leave it out.";
        }
    }
}
