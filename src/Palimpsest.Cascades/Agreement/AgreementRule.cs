namespace Palimpsest.Cascades.Agreement;

/// <summary>What a tier's members have to agree in.</summary>
public enum AgreementRule
{
    /// <summary>The share of the members that give the most frequent answer; needs nothing but answers, and at least two members.</summary>
    Vote,

    /// <summary>How sure the members are on average of the most frequent answer; needs scores.</summary>
    Score,

    /// <summary>The mean overlap of the answers' word stems over all pairs, for short free text; needs at least two members.</summary>
    TokenOverlap,

    /// <summary>The mean cosine of the answers' sentence vectors over all pairs, for free text; needs at least two members and an encoder.</summary>
    Semantic,
}
