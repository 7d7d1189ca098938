namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of AltPO: plausible other answers are preferred to the one that is to be forgotten.</summary>
/// <remarks>Mekala et al., Alternate Preference Optimization, COLING 2025: five answers a question, made by the model itself.</remarks>
public sealed record AltPoOptions : AlternateOptions
{
    /// <inheritdoc/>
    internal override AlternateAnswers Alternates => AlternateAnswers.Given;
}
