namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Settings of KTO: single answers that are desirable or not, no pairs.</summary>
/// <remarks>Ethayarajh et al., ICML 2024, equation 7; defaults as TRL's <c>KTOConfig</c>.</remarks>
public sealed record KtoOptions : ObjectiveOptions
{
    /// <summary>β, above 0.</summary>
    /// <value>The default is 0.1.</value>
    public double Beta { get; init; } = 0.1;

    /// <summary>Weight of desirable answers, at least 0.</summary>
    /// <value>The default is 1.</value>
    public double DesirableWeight { get; init; } = 1;

    /// <summary>Weight of undesirable answers, at least 0.</summary>
    /// <value>The default is 1.</value>
    public double UndesirableWeight { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (!(Beta > 0) || !double.IsFinite(Beta))
        {
            yield return "beta must be a number above 0.";
        }

        if (!(DesirableWeight >= 0) || !double.IsFinite(DesirableWeight) || !(UndesirableWeight >= 0) || !double.IsFinite(UndesirableWeight) || DesirableWeight
            + UndesirableWeight == 0)
        {
            yield return "desirable_weight and undesirable_weight must be numbers of at least 0, and not both 0.";
        }
    }
}
