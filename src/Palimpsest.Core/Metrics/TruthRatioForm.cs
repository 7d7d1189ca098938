namespace Palimpsest.Metrics;

/// <summary>How the probabilities of wrong answers are averaged in TOFU's truth ratio.</summary>
public enum TruthRatioForm
{
    /// <summary>exp(paraphrase loss - mean wrong loss): a geometric mean. What the published leaderboard, its aggregation script and open-unlearning compute; the default.</summary>
    Geometric,

    /// <summary>Mean probability of the wrong answers over the paraphrase's: equation 1 of the paper.</summary>
    Arithmetic,
}
