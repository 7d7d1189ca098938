namespace Palimpsest.Metrics;

/// <summary>BLEU and the figures that it is made of.</summary>
/// <param name="Score">In [0, 100].</param>
/// <param name="Precisions">Of each order, in [0, 100], smoothed.</param>
/// <param name="BrevityPenalty">In [0, 1].</param>
/// <param name="Matches">N-grams of each order found in a reference, before smoothing.</param>
/// <param name="Totals">N-grams of each order, before smoothing.</param>
/// <param name="HypothesisLength">Tokens of the hypotheses.</param>
/// <param name="ReferenceLength">Tokens of the references closest in length.</param>
public sealed record BleuScore(
    double Score, IReadOnlyList<double> Precisions, double BrevityPenalty, IReadOnlyList<int> Matches, IReadOnlyList<int> Totals, int HypothesisLength, int ReferenceLength);
