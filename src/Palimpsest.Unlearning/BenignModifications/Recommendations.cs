namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>The recommendations that follow from verdicts: each has a condition that the rows must meet.</summary>
/// <remarks>After the recommendations of Thaker et al.: test dependencies and generalisation, say what the threat is, be careful with scores.</remarks>
internal static class Recommendations
{
    private static readonly string[] s_paired = ["paired", "paired-own", "paired-numbered", "paired-numbered-own"];
    private static readonly string[] s_keywords = ["swapped", "swapped-letters", "keyword"];
    private static readonly string[] s_wordings = ["paraphrase", "format", "statement", "ambiguous"];

    /// <summary>What to recommend.</summary>
    /// <param name="rows">All rows of a model.</param>
    /// <param name="margin">The change that counts.</param>
    public static IReadOnlyList<Recommendation> Of(IReadOnlyList<ModifiedScore> rows, double margin)
    {
        List<Recommendation> all = [];
        string[] names = [.. rows.Select(row => row.Modification).Distinct()];
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.InformationAccessible, s_paired),
            "Beside a question that is to be answered, the model gives away what it hides from a question alone. Unlearn on mixed prompts too, and do not "
                + "count on filters that look at whole prompts.");
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.InformationAccessible, s_wordings),
            "The wording was unlearned, not the fact. Add other wordings, forms and statements of the same facts to the forget set; a filter or classifier "
                + "needs them among its examples.");
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.InformationAccessible, s_keywords),
            "Mentioning something harmless is enough to bring the answers back. Unlearn on prompts with other context before the question.");
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.RetainedHurt, s_paired),
            "A prompt that also asks for something forgotten costs the answers that were to stay. Put such mixed prompts, with the right answers to their "
                + "other half, among the retain examples.");
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.RetainedHurt, s_keywords),
            "A name out of the forget set is enough to break questions on other things. Put retain examples that mention such names into the training, or "
                + "narrow the filter.");
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.RetainedHurt, s_wordings),
            "What was to stay is answered in the given wording only. Add other wordings to the retain examples, and stop earlier.");
        Add(RecommendationReader.Unlearner, Failing(BenignVerdict.NotForgotten, names),
            "The questions are answered without any modification: nothing was unlearned, or too little. Unlearn further before anything else is concluded.");
        string[] accessible = Failing(BenignVerdict.InformationAccessible, names);
        Add(RecommendationReader.Unlearner, accessible, "Where somebody relies on the deletion, take a method that can be proven (training without the "
            + "data, exact deletion), and say which guarantee covers what.");
        Add(RecommendationReader.BenchmarkBuilder, [.. accessible.Concat(Failing(BenignVerdict.RetainedHurt, names)).Distinct()],
            "Separate scores on the forget and the retain set did not show this. Report the modified questions beside them, and say against whom the "
                + "forgetting is meant to hold.");
        Add(RecommendationReader.BenchmarkBuilder, Moved(rows, margin),
            "The modification alone changes the answers of a model that never saw the data. Compare with such a control and with each model's own "
                + "unmodified score, never with a fixed threshold.");
        Add(RecommendationReader.BenchmarkBuilder, Failing(BenignVerdict.Inconclusive, [.. rows.Where(row => row.Beyond is not null).Select(row =>
            row.Modification)]),
            "The intervals are too wide for a verdict. Ask about more subjects; more questions on the same ones help little.");
        if (rows.Any(row => row.Verdict == BenignVerdict.Holds) && rows.All(row => row.Verdict is BenignVerdict.Holds or BenignVerdict.FormUnknown))
        {
            Add(RecommendationReader.Unlearner, names,
                "No modification changed the picture by more than the margin. That is no proof of forgetting: try whether a little relearning brings the "
                    + "answers back.");
        }

        return all;

        void Add(RecommendationReader reader, string[] because, string text)
        {
            if (because.Length > 0)
            {
                all.Add(new Recommendation(reader, text, because));
            }
        }

        string[] Failing(BenignVerdict verdict, string[] among) =>
            [.. rows.Where(row => row.Verdict == verdict && among.Contains(row.Modification)).Select(row => row.Modification).Distinct()];
    }

    // A control may know what was to stay; what it says about what it never saw shows what the form alone does.
    private static string[] Moved(IReadOnlyList<ModifiedScore> rows, double margin) =>
        [.. rows.Where(row => row.ControlChange is { } change && Math.Abs(change.Estimate) >= margin && (change.Lower > 0 || change.Upper < 0))
            .Select(row => row.Modification).Distinct()];
}
