namespace Palimpsest.Numerics.Statistics;

/// <summary>A point of a ROC curve.</summary>
/// <param name="Threshold">Items that score at least this are taken as positive; infinite at the curve's start.</param>
/// <param name="FalsePositiveRate">Share of the negatives taken as positive.</param>
/// <param name="TruePositiveRate">Share of the positives taken as positive.</param>
public readonly record struct RocPoint(double Threshold, double FalsePositiveRate, double TruePositiveRate);
