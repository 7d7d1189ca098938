namespace Palimpsest.Metrics;

/// <summary>Precision, recall and their harmonic mean, each in [0, 1].</summary>
/// <param name="Precision">Share of the prediction that is in the target.</param>
/// <param name="Recall">Share of the target that is in the prediction.</param>
/// <param name="F">2PR / (P + R), 0 if both are 0.</param>
public readonly record struct RougeScore(double Precision, double Recall, double F)
{
    internal static RougeScore Of(int shared, int predicted, int wanted)
    {
        double precision = predicted == 0 ? 0 : (double)shared / predicted, recall = wanted == 0 ? 0 : (double)shared / wanted;
        return new RougeScore(precision, recall, precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
    }
}
