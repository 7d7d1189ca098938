using Palimpsest.Interpretability.Shift;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What taking out a spurious signal gave.</summary>
public sealed record ShiftResult
{
    /// <summary>The arms.</summary>
    public required IReadOnlyList<ShiftArmResult> Arms { get; init; }
}

/// <summary>One arm.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Latents">Latents, or numbers, that were taken out.</param>
/// <param name="Plain">With the classifier as it was; null where it makes no sense.</param>
/// <param name="Retrained">With a classifier that learnt the same texts again afterwards; null where it makes no sense.</param>
public sealed record ShiftArmResult(string Name, int Latents, GroupScores? Plain, GroupScores? Retrained);
