namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Settings that the preference objectives over pairs share.</summary>
public abstract record PreferenceOptions : ObjectiveOptions
{
    /// <summary>β: how strongly the policy is held to the reference, or the scale of the margin; above 0.</summary>
    public abstract double Beta { get; init; }

    /// <summary>Weight of the cross-entropy of the chosen answers, the mean over their tokens, that is added; at least 0 (RPO).</summary>
    /// <value>The default is 0, and 1 for ORPO and CPO.</value>
    public virtual double SftWeight { get; init; }

    /// <summary>The formula of a pair.</summary>
    internal abstract PreferenceLoss Loss { get; }

    /// <summary>Whether the reference counts; true for a loss that is not known, which is told elsewhere.</summary>
    internal virtual bool HasReference => Loss.NeedsReference;

    /// <summary>ε: the chance that a label is flipped.</summary>
    internal virtual double Epsilon => 0;

    /// <summary>γ: the margin that is asked for.</summary>
    internal virtual double Margin => 0;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (!(Beta > 0) || !double.IsFinite(Beta))
        {
            yield return "beta must be a number above 0.";
        }

        if (!(SftWeight >= 0) || !double.IsFinite(SftWeight))
        {
            yield return "sft_weight must be a number of at least 0.";
        }
    }

    /// <summary>What is wrong with a label smoothing.</summary>
    private protected static IEnumerable<string> SmoothingProblems(double smoothing)
    {
        if (smoothing is not (>= 0 and < 0.5))
        {
            yield return "label_smoothing must be at least 0 and below 0.5.";
        }
    }
}
