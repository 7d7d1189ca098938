namespace Palimpsest.Metrics;

/// <summary>What the translation metrics ask of their input.</summary>
internal static class ReferenceTexts
{
    public static void Check(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        if (hypotheses.Count != references.Count)
        {
            throw new PalimpsestException($"There are {hypotheses.Count} hypotheses, but references for {references.Count}. Give a list of references for every hypothesis.");
        }

        for (int i = 0; i < references.Count; i++)
        {
            if (references[i].Count == 0)
            {
                throw new PalimpsestException($"Hypothesis {i + 1} has no reference. Give at least one, or leave the hypothesis out.");
            }
        }
    }
}
