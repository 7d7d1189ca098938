namespace Palimpsest.Interpretability.Shift;

/// <summary>How a probe does on texts with two labels, one of which it is to ignore.</summary>
/// <param name="Wanted">Share of the texts whose wanted label it tells.</param>
/// <param name="Spurious">Share of the texts for which its answer is the other label; half is what is hoped for.</param>
/// <param name="Worst">The wanted share in the worst of the four groups.</param>
public sealed record GroupScores(double Wanted, double Spurious, double Worst)
{
    /// <summary>Counts.</summary>
    /// <param name="said">The probe's answers.</param>
    /// <param name="wanted">The wanted label of each text.</param>
    /// <param name="spurious">The other one.</param>
    public static GroupScores Of(IReadOnlyList<bool> said, IReadOnlyList<bool> wanted, IReadOnlyList<bool> spurious)
    {
        ArgumentNullException.ThrowIfNull(said);
        int[] all = [.. Enumerable.Range(0, said.Count)];
        return new GroupScores(
            all.Average(i => said[i] == wanted[i] ? 1.0 : 0), all.Average(i => said[i] == spurious[i] ? 1.0 : 0),
            all.GroupBy(i => (wanted[i], spurious[i])).Min(group => group.Average(i => said[i] == wanted[i] ? 1.0 : 0)));
    }
}
