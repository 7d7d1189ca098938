namespace Palimpsest.Metrics;

/// <summary>BLEU: how many n-grams of hypotheses occur in their references, with a penalty for brevity.</summary>
/// <remarks>Papineni et al., BLEU: a Method for Automatic Evaluation of Machine Translation, ACL 2002, section 2.3; conventions are those of sacrebleu (Post 2018). Several references: an n-gram counts as often as
/// the one that has it most, and the length is the closest one's, of two equally close the shorter.</remarks>
public static class Bleu
{
    // BP exp(1/N Σ_n ln p_n), BP = min(1, e^(1 - r/c))
    /// <summary>BLEU of a corpus: counts are summed before anything is divided.</summary>
    /// <param name="hypotheses">The texts to judge.</param>
    /// <param name="references">At least one for each hypothesis.</param>
    /// <param name="options">Settings; sacrebleu's by default.</param>
    /// <returns>Score 0 if no n-gram matches.</returns>
    /// <exception cref="PalimpsestException">Counts differ, or a hypothesis has no reference.</exception>
    public static BleuScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, BleuOptions? options = null)
    {
        ReferenceTexts.Check(hypotheses, references);
        options ??= new BleuOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumOrder, nameof(options));
        int[] matches = new int[options.MaximumOrder], totals = new int[options.MaximumOrder];
        int length = 0, referenceLength = 0;
        for (int i = 0; i < hypotheses.Count; i++)
        {
            List<string> hypothesis = Tokens(hypotheses[i], options);
            List<List<string>> against = [.. references[i].Select(reference => Tokens(reference, options))];
            length += hypothesis.Count;
            referenceLength += against.Select(reference => reference.Count).OrderBy(count => Math.Abs(count - hypothesis.Count)).ThenBy(count => count).First();
            for (int n = 1; n <= options.MaximumOrder; n++)
            {
                Dictionary<string, int> most = new(StringComparer.Ordinal);
                foreach ((string gram, int count) in against.SelectMany(reference => NGrams.Count(reference, n)))
                {
                    most[gram] = Math.Max(count, most.GetValueOrDefault(gram));
                }

                matches[n - 1] += NGrams.Shared(NGrams.Count(hypothesis, n), most);
                totals[n - 1] += Math.Max(hypothesis.Count - n + 1, 0);
            }
        }

        return Score(matches, totals, length, referenceLength, options);
    }

    /// <summary>BLEU of one sentence, by default over the orders that it is long enough for.</summary>
    /// <param name="hypothesis">The text to judge.</param>
    /// <param name="references">At least one.</param>
    /// <param name="options">Settings; sacrebleu's with <see cref="BleuOptions.EffectiveOrder"/> by default.</param>
    /// <exception cref="PalimpsestException">There is no reference.</exception>
    public static BleuScore Sentence(string hypothesis, IReadOnlyList<string> references, BleuOptions? options = null) =>
        Corpus([hypothesis], [references], options ?? new BleuOptions { EffectiveOrder = true });

    private static BleuScore Score(int[] matches, int[] totals, int length, int referenceLength, BleuOptions options)
    {
        double penalty = length >= referenceLength ? 1 : length > 0 ? Math.Exp(1 - ((double)referenceLength / length)) : 0;
        double[] precisions = new double[matches.Length];
        if (matches.All(count => count == 0))
        {
            return new BleuScore(0, precisions, penalty, matches, totals, length, referenceLength);
        }

        int order = options.EffectiveOrder ? 0 : matches.Length;
        double halved = 1;
        for (int n = 0; n < matches.Length; n++)
        {
            double added = options.Smoothing == BleuSmoothing.AddK && n > 0 ? options.SmoothingValue ?? 1 : 0;
            double right = matches[n] + added, total = totals[n] + added;
            if (total == 0)
            {
                break;
            }

            order = options.EffectiveOrder ? n + 1 : order;
            if (right == 0)
            {
                right = options.Smoothing switch
                {
                    BleuSmoothing.Exponential => 1 / (halved *= 2),
                    BleuSmoothing.Floor => options.SmoothingValue ?? 0.1,
                    _ => 0,
                };
            }

            precisions[n] = 100 * right / total;
        }

        double score = penalty * Math.Exp(precisions.Take(order).Sum(Math.Log) / order);
        return new BleuScore(score, precisions, penalty, matches, totals, length, referenceLength);
    }

    private static List<string> Tokens(string text, BleuOptions options) => BleuTokenizer.Split(options.Lowercase ? PythonText.Lower(text) : text, options.Tokenization);
}
