using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Unlearning.Measures;

/// <summary>TOFU's figures of one question set, one an item.</summary>
/// <param name="Probability">Of the true answer; among all choices where the set is one of choices.</param>
/// <param name="Rouge">ROUGE-L recall of the greedy answer, stemmed.</param>
/// <param name="TruthRatio">How much likelier wrong answers are than the true one in other words; empty where questions have no wrong answers.</param>
public sealed record TofuScores(IReadOnlyList<double> Probability, IReadOnlyList<double> Rouge, IReadOnlyList<double> TruthRatio)
{
    /// <summary>The three figures of the set.</summary>
    /// <param name="forget">Whether it is the forget set, whose truth ratios are best at 1.</param>
    /// <exception cref="PalimpsestException">There are no truth ratios.</exception>
    public TofuSplit Split(bool forget = false) => new(Probability.Average(), Rouge.Average(), Tofu.TruthAggregate([.. TruthRatio], forget));

    /// <summary>Asks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">The questions; with answers in other words where the set has them.</param>
    /// <param name="form">How they are put.</param>
    /// <param name="choices">Whether true and wrong answers are choices (real authors, world facts), among which the probability is shared out.</param>
    /// <param name="ratio">How wrong answers are averaged.</param>
    /// <param name="maxNewTokens">Longest greedy answer.</param>
    public static TofuScores Of(IAuditedModel model, IReadOnlyList<AuditQuestion> questions, QuestionForm form, bool choices = false,
        TruthRatioForm ratio = TruthRatioForm.Geometric, int maxNewTokens = 48)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(form);
        ChoiceItem Ask(AuditQuestion question, string answer) => form.Ask(question.Question, [answer], 0);
        double[] Losses(IEnumerable<ChoiceItem> items) =>
            [.. model.Probability([.. items]).Select(probability => -Math.Log(Math.Max(probability, double.Epsilon)))];
        double[] own = Losses(questions.Select(question => Ask(question, question.Answer)));
        double[] other = Losses(questions.Select(question => Ask(question, question.RephrasedAnswer ?? question.Answer)));
        double[] wrong = Losses(questions.SelectMany(question => question.Wrong.Select(answer => Ask(question, answer))));
        string[] made = model.Answer([.. questions.Select(form.Open)], maxNewTokens);
        int from = 0;
        double[][] wrongs = [.. questions.Select(question => wrong[from..(from += question.Wrong.Count)])];
        return new TofuScores(
            [.. own.Select((loss, i) => choices ? Tofu.ChoiceProbability(loss, wrongs[i]) : Tofu.Probability(loss))],
            [.. made.Select((text, i) => Palimpsest.Metrics.Rouge.L(questions[i].Answer, text).Recall)],
            wrongs.Any(losses => losses.Length == 0) ? [] : [.. other.Select((loss, i) => Tofu.TruthRatio(loss, wrongs[i], ratio))]);
    }
}
