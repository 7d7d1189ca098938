namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>Settings of DPO with refusals: "I don't know" is preferred to the answer that is to be forgotten.</summary>
public sealed record DpoIdkOptions : AlternateOptions
{
    /// <inheritdoc/>
    internal override AlternateAnswers Alternates => AlternateAnswers.Refusals;
}
