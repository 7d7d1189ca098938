namespace Palimpsest.Unlearning.Relearning;

/// <summary>What an exam found after some steps.</summary>
/// <param name="Step">Steps of relearning taken.</param>
/// <param name="Items">One figure an item, by metric.</param>
public sealed record RelearnPoint(int Step, IReadOnlyDictionary<string, IReadOnlyList<double>> Items)
{
    /// <summary>The mean of a metric over the items.</summary>
    public double Mean(string metric) => Items[metric].Average();
}
