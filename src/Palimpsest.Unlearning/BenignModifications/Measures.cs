namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>The measures that modifications ask for.</summary>
internal static class Measures
{
    /// <summary>By likelihood alone.</summary>
    public static IReadOnlyList<BenignMeasure> Likelihoods { get; } = [BenignMeasure.Probability, BenignMeasure.Choice];

    /// <summary>All that a prompt of one's own can be measured by.</summary>
    public static IReadOnlyList<BenignMeasure> All { get; } = [BenignMeasure.Probability, BenignMeasure.Choice, BenignMeasure.Text, BenignMeasure.Recall];

    /// <summary>Which of several options is chosen.</summary>
    public static IReadOnlyList<BenignMeasure> Chosen { get; } = [BenignMeasure.Choice];
}
