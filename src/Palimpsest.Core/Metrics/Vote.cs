namespace Palimpsest.Metrics;

/// <summary>What several answers to one question agree on.</summary>
/// <remarks>Wang et al., Self-Consistency, ICLR 2023, for the plurality; agreement of free texts as in agreement-based cascades: mean overlap of their stems.</remarks>
/// <param name="Answer">The answer that occurs most often, of several the first seen; empty if all are.</param>
/// <param name="Fraction">Its share of all answers, empty ones included.</param>
public readonly record struct Vote(string Answer, double Fraction)
{
    /// <summary>How far below a threshold a fraction may lie and still reach it: 2/3 computed in different ways differs in its last digits.</summary>
    public const double Slack = 1e-9;

    /// <summary>Whether the answer is accepted at a threshold: the fraction reaches it, and the answer is not empty.</summary>
    /// <param name="threshold">In [0, 1].</param>
    public bool IsAccepted(double threshold) => Fraction >= threshold - Slack && Answer.Length > 0;

    /// <summary>Counts answers that are compared as they are.</summary>
    /// <param name="answers">At least one; empty ones count among all, but cannot win.</param>
    /// <exception cref="PalimpsestException">There is no answer.</exception>
    public static Vote Of(IReadOnlyCollection<string> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
        {
            throw new PalimpsestException("A vote needs at least one answer.");
        }

        // Grouping keeps the order in which answers were first seen, and MaxBy takes the first of equals.
        IGrouping<string, string>? most = answers.Where(answer => answer.Length > 0).GroupBy(answer => answer, StringComparer.Ordinal).MaxBy(group => group.Count());
        return most is null ? new Vote("", 0) : new Vote(most.Key, (double)most.Count() / answers.Count);
    }

    // 2 / (k (k - 1)) Σ_{i<j} |S_i ∩ S_j| / |S_i ∪ S_j|
    /// <summary>How much free texts agree: the mean Jaccard overlap of their sets of stems over all pairs; two empty sets overlap fully.</summary>
    /// <param name="answers">At least one; a single one agrees with itself.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="PalimpsestException">There is no answer.</exception>
    public static double Agreement(IReadOnlyCollection<string> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        HashSet<string>[] sets = [.. answers.Select(Stems)];
        if (sets.Length == 0)
        {
            throw new PalimpsestException("Agreement needs at least one answer.");
        }

        double sum = 0;
        for (int i = 0; i < sets.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += Jaccard(sets[i], sets[j]);
            }
        }

        return sets.Length == 1 ? 1 : 2 * sum / ((double)sets.Length * (sets.Length - 1));
    }

    /// <summary>The first answer whose set of stems is the most frequent one, of several the first seen: what a cascade of free texts answers.</summary>
    /// <param name="answers">At least one.</param>
    /// <exception cref="PalimpsestException">There is no answer.</exception>
    public static string Representative(IReadOnlyCollection<string> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return answers.GroupBy(answer => string.Join(' ', Stems(answer).Order(StringComparer.Ordinal)), StringComparer.Ordinal).MaxBy(group => group.Count())?.First()
            ?? throw new PalimpsestException("A choice needs at least one answer.");
    }

    /// <summary>The stems of an answer after <see cref="AnswerNormalizer"/>.</summary>
    /// <param name="answer">Any text.</param>
    public static HashSet<string> Stems(string answer) => [.. PythonText.Split(AnswerNormalizer.Normalize(answer)).Select(PorterStemmer.Stem)];

    /// <summary>Shared items over all items; 1 for two empty sets.</summary>
    /// <param name="first">One set.</param>
    /// <param name="second">The other.</param>
    public static double Jaccard(IReadOnlySet<string> first, IReadOnlySet<string> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        int shared = first.Count(second.Contains), all = first.Count + second.Count - shared;
        return all == 0 ? 1 : (double)shared / all;
    }
}
