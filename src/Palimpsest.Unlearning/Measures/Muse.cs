using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Models;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Unlearning.Measures;

/// <summary>The measures of the MUSE benchmark, one figure an item.</summary>
/// <remarks>Shi et al., MUSE: Machine Unlearning Six-Way Evaluation, 2024, and its released code. Scalability and sustainability are these same measures over
/// growing and repeated requests.</remarks>
public static class Muse
{
    private const int MostNewTokens = 32;

    /// <summary>Verbatim memorisation: ROUGE-L F1 of greedy continuations against the true ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="passages">Passages whose continuations are not longer than 128 tokens, as in MUSE.</param>
    public static IReadOnlyList<double> VerbatimMemorisation(LanguageModel model, IReadOnlyList<VerbatimPassage> passages) =>
        new PassageExam(passages).Ask(model)[RelearnMetrics.Rouge];

    /// <summary>Knowledge memorisation: ROUGE-L F1 of greedy answers of at most 32 tokens, cut at a blank line or at the next question. On the retain set it is
    /// MUSE's utility.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="form">How they are put.</param>
    /// <param name="examples">Answered questions that stand before each; MUSE gives some.</param>
    public static IReadOnlyList<double> KnowledgeMemorisation(IAuditedModel model, IReadOnlyList<AuditQuestion> questions, QuestionForm form,
        IReadOnlyList<AuditQuestion> examples)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(examples);
        string before = string.Concat(examples.Select(example =>
        {
            ChoiceItem item = form.Open(example);
            return item.Prompt + item.Choices[item.Answer] + "\n\n";
        }));
        ChoiceItem[] items = [.. questions.Select(question =>
        {
            ChoiceItem item = form.Open(question);
            return examples.Count == 0 ? item : item with { Prompt = before + item.Prompt, Chat = null };
        })];
        return [.. model.Answer(items, MostNewTokens).Zip(questions, (made, question) => Rouge.L(question.Answer, Cut(made), stem: false).F)];
    }

    /// <summary>Privacy leak by Min-40% in percent; see <see cref="Membership.PrivacyLeak"/>.</summary>
    /// <param name="model">The unlearned model.</param>
    /// <param name="forget">Texts that were to be forgotten.</param>
    /// <param name="holdout">Texts of the same kind that no training saw.</param>
    /// <param name="retrained">A model that was trained without the forget set; chance where there is none.</param>
    public static double PrivacyLeak(LanguageModel model, IReadOnlyList<TextExample> forget, IReadOnlyList<TextExample> holdout,
        LanguageModel? retrained = null)
    {
        double[] Scores(LanguageModel asked, IReadOnlyList<TextExample> texts) => [.. TextScores.Of(asked, texts).Membership["min_k"]];
        double Area(LanguageModel asked) => Membership.Area(Scores(asked, forget), Scores(asked, holdout));
        return retrained is null ? Membership.PrivacyLeak(Area(model)) : Membership.PrivacyLeak(Area(model), Area(retrained));
    }

    private static string Cut(string made)
    {
        int blank = made.IndexOf("\n\n", StringComparison.Ordinal), next = made.IndexOf("Question", StringComparison.Ordinal);
        int end = Math.Min(blank < 0 ? made.Length : blank, next < 0 ? made.Length : next);
        return made[..end].Trim();
    }
}
