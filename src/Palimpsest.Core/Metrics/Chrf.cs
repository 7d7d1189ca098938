namespace Palimpsest.Metrics;

/// <summary>chrF and chrF++: F scores of character n-grams (1 to 6), for chrF++ together with word n-grams (1 and 2).</summary>
/// <remarks>
/// Popović, chrF, WMT 2015, equation 1, and chrF++, WMT 2017; conventions are those of sacrebleu: white space is left out, precision and recall are averaged over the orders that both sides are long enough for, and a
/// punctuation mark at one end of a word is a word of its own. Several references: the one with the greatest sentence score counts.
/// </remarks>
public static class Chrf
{
    private const int CharacterOrder = 6;

    /// <summary>The score of a corpus: counts are summed before anything is divided.</summary>
    /// <param name="hypotheses">The texts to judge.</param>
    /// <param name="references">At least one for each hypothesis.</param>
    /// <param name="wordOrder">0 for chrF, 2 for chrF++.</param>
    /// <param name="beta">How many times as much recall weighs as precision.</param>
    /// <returns>In [0, 100].</returns>
    /// <exception cref="PalimpsestException">Counts differ, or a hypothesis has no reference.</exception>
    public static double Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, int wordOrder = 0, double beta = 2)
    {
        ReferenceTexts.Check(hypotheses, references);
        ArgumentOutOfRangeException.ThrowIfNegative(wordOrder);
        (int Hypothesis, int Reference, int Shared)[] sums = new (int, int, int)[CharacterOrder + wordOrder];
        for (int i = 0; i < hypotheses.Count; i++)
        {
            Dictionary<string, int>[] hypothesis = Grams(hypotheses[i], wordOrder);
            (int Hypothesis, int Reference, int Shared)[] best = references[i].Select(reference => Compare(hypothesis, Grams(reference, wordOrder))).MaxBy(counts => Score(counts, beta))!;
            for (int n = 0; n < sums.Length; n++)
            {
                sums[n] = (sums[n].Hypothesis + best[n].Hypothesis, sums[n].Reference + best[n].Reference, sums[n].Shared + best[n].Shared);
            }
        }

        return Score(sums, beta);
    }

    /// <summary>The score of one sentence.</summary>
    /// <inheritdoc cref="Corpus"/>
    public static double Sentence(string hypothesis, IReadOnlyList<string> references, int wordOrder = 0, double beta = 2) => Corpus([hypothesis], [references], wordOrder, beta);

    // (1 + β²) P R / (β² P + R), P and R means over the orders
    private static double Score((int Hypothesis, int Reference, int Shared)[] counts, double beta)
    {
        double precision = 0, recall = 0;
        int orders = 0;
        foreach ((int hypothesis, int reference, int shared) in counts)
        {
            if (hypothesis > 0 && reference > 0)
            {
                precision += (double)shared / hypothesis;
                recall += (double)shared / reference;
                orders++;
            }
        }

        if (precision + recall == 0)
        {
            return 0;
        }

        precision /= orders;
        recall /= orders;
        return 100 * (1 + (beta * beta)) * precision * recall / ((beta * beta * precision) + recall);
    }

    private static (int Hypothesis, int Reference, int Shared)[] Compare(Dictionary<string, int>[] hypothesis, Dictionary<string, int>[] reference) =>
        [.. hypothesis.Zip(reference, (h, r) => (r.Count == 0 ? 0 : h.Values.Sum(), r.Values.Sum(), NGrams.Shared(h, r)))];

    private static Dictionary<string, int>[] Grams(string text, int wordOrder)
    {
        List<string> words = PythonText.Split(text);
        List<string> characters = BleuTokenizer.Split(text, BleuTokenization.Character);
        List<string> parts = [.. words.SelectMany(WithoutPunctuation)];
        return
        [
            .. Enumerable.Range(1, CharacterOrder).Select(n => NGrams.Count(characters, n)),
            .. Enumerable.Range(1, wordOrder).Select(n => NGrams.Count(parts, n)),
        ];
    }

    private static string[] WithoutPunctuation(string word)
    {
        // One code point, which may be two characters, stays as it is.
        bool single = word.Length == 1 || (word.Length == 2 && char.IsSurrogatePair(word[0], word[1]));
        return single ? [word] : PythonText.IsPunctuation(word[^1]) ? [word[..^1], word[^1..]] : PythonText.IsPunctuation(word[0]) ? [word[..1], word[1..]] : [word];
    }
}
