namespace Palimpsest.Metrics;

/// <summary>Translation edit rate: words to insert, delete, replace or move in blocks, for each word of the reference.</summary>
/// <remarks>
/// Snover et al., A Study of Translation Edit Rate, AMTA 2006, section 3: blocks are moved greedily, the move that saves most first, until none saves anything. Limits are those of the
/// authors' program as sacrebleu has it, without its normalisation: lower case, split at white space. Several references: the fewest edits, over the mean length.
/// </remarks>
public static class Ter
{
    /// <summary>The rate of a corpus: edits of all sentences over mean reference lengths of all.</summary>
    /// <param name="hypotheses">The texts to judge.</param>
    /// <param name="references">At least one for each hypothesis.</param>
    /// <param name="caseSensitive">Whether case matters.</param>
    /// <returns>In per cent, 0 for no edits; may exceed 100. Without reference words 100 if there are edits.</returns>
    /// <exception cref="PalimpsestException">Counts differ, a hypothesis has no reference, or a text has more than 1,000 words.</exception>
    public static double Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, bool caseSensitive = false)
    {
        ReferenceTexts.Check(hypotheses, references);
        double edits = 0, length = 0;
        for (int i = 0; i < hypotheses.Count; i++)
        {
            string[] hypothesis = Words(hypotheses[i]);
            string[][] against = [.. references[i].Select(Words)];
            edits += against.Min(reference => TerShifts.Edits(hypothesis, reference));
            length += against.Average(reference => reference.Length);
        }

        return length > 0 ? 100 * edits / length : edits > 0 ? 100 : 0;

        string[] Words(string text) => [.. PythonText.Split(caseSensitive ? text : PythonText.Lower(text))];
    }

    /// <summary>The rate of one sentence.</summary>
    /// <inheritdoc cref="Corpus"/>
    public static double Sentence(string hypothesis, IReadOnlyList<string> references, bool caseSensitive = false) => Corpus([hypothesis], [references], caseSensitive);
}
