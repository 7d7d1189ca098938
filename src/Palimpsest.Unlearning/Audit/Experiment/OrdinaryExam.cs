using Palimpsest.Evaluation;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The questions as they stand, put to every model of an audit.</summary>
internal static class OrdinaryExam
{
    /// <summary>Asks about a set.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">At least one; questions about one subject are one item of an interval.</param>
    /// <param name="form">How they are put.</param>
    /// <param name="side">Which set, for the names of the figures.</param>
    /// <param name="maxNewTokens">Longest greedy answer.</param>
    public static IReadOnlyList<Measurement> Ask(IAuditedModel model, IReadOnlyList<AuditQuestion> questions, QuestionForm form, QuestionSide side,
        int maxNewTokens)
    {
        ChoiceItem[] open = [.. questions.Select(form.Open)];
        string set = side == QuestionSide.Forget ? "forget" : "retain", label = side == QuestionSide.Forget ? "to be forgotten" : "to stay";
        string[] subjects = ChoiceExam.SubjectsOf(questions);
        int[] groups = [.. subjects.Select(subject => Array.IndexOf(subjects, subject))];
        List<Measurement> found =
        [
            Share($"{set}_{RelearnMetrics.Probability}", $"{label}, probability of the answers", model.Probability(open)),
            Share($"{set}_{RelearnMetrics.Success}", $"{label}, answered rightly",
                [.. model.Answer(open, maxNewTokens).Zip(questions, (made, question) => QuestionExam.Holds(made, question) ? 1.0 : 0)]),
        ];
        if (questions.All(question => question.Wrong.Count > 0))
        {
            double[][] scores = model.Score([.. questions.Select(form.Choice)]);
            found.Add(Share($"{set}_{RelearnMetrics.Choice}", $"{label}, right among the choices",
                [.. scores.Select(own => own.Skip(1).All(wrong => own[0] > wrong) ? 1.0 : 0)]) with
            {
                Chance = questions.Average(question => 1.0 / (1 + question.Wrong.Count)),
            });
        }

        return [.. found.Select(measured => measured.Grouped(groups))];
    }

    private static Measurement Share(string metric, string label, double[] figures) =>
        new() { Metric = metric, Label = label, Unit = MeasurementUnit.Share, Numerators = figures, Denominators = [.. figures.Select(_ => 1.0)] };
}
