namespace Palimpsest.Metrics;

/// <summary>The three figures of one of TOFU's question sets, each in [0, 1].</summary>
/// <param name="Probability">Mean probability of the answer.</param>
/// <param name="Rouge">Mean ROUGE-L recall of the answer generated.</param>
/// <param name="TruthRatio">The truth ratios' aggregate.</param>
public readonly record struct TofuSplit(double Probability, double Rouge, double TruthRatio);
