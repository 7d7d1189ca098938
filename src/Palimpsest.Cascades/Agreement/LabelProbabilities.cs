namespace Palimpsest.Cascades.Agreement;

/// <summary>How likely a model finds each label.</summary>
/// <param name="Labels">The labels, shared by all answers of the model.</param>
/// <param name="Values">One probability a label.</param>
public sealed record LabelProbabilities(IReadOnlyList<string> Labels, IReadOnlyList<double> Values)
{
    /// <summary>The likeliest label; of several the first.</summary>
    public string Likeliest => Labels[Enumerable.Range(0, Values.Count).MaxBy(i => Values[i])];

    /// <summary>The probability of a label; 0 for one that the model does not know.</summary>
    /// <param name="label">A label.</param>
    public double Of(string label)
    {
        for (int i = 0; i < Labels.Count; i++)
        {
            if (Labels[i] == label)
            {
                return Values[i];
            }
        }

        return 0;
    }
}
