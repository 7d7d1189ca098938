using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Unlearning.Relearning.Exams;

/// <summary>Questions with free answers, and among choices where all have wrong answers.</summary>
/// <param name="questions">The questions, at least one.</param>
/// <param name="form">How they are put.</param>
/// <param name="maxNewTokens">Longest greedy answer.</param>
public sealed class QuestionExam(IReadOnlyList<AuditQuestion> questions, QuestionForm form, int maxNewTokens = 24) : IRelearnExam
{
    private readonly ChoiceItem[] _open = [.. questions.Select(form.Open)];
    private readonly ChoiceExam? _choice = questions.All(question => question.Wrong.Count > 0) ? new ChoiceExam(questions, form) : null;

    /// <inheritdoc/>
    public IReadOnlyList<string> Subjects { get; } = ChoiceExam.SubjectsOf(questions);

    /// <inheritdoc/>
    public string Headline => RelearnMetrics.Success;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Ask(LanguageModel model)
    {
        WholeModel whole = new(model, "");
        double[] probabilities = whole.Probability(_open);
        Dictionary<string, IReadOnlyList<double>> found = new(StringComparer.Ordinal)
        {
            [RelearnMetrics.Success] = [.. whole.Answer(_open, maxNewTokens).Zip(questions, (made, question) => Holds(made, question) ? 1.0 : 0)],
            [RelearnMetrics.Probability] = probabilities,
            [RelearnMetrics.TargetNats] = [.. probabilities.Select(probability => -Math.Log(Math.Max(probability, double.Epsilon)))],
        };
        if (_choice is not null)
        {
            found[RelearnMetrics.Choice] = _choice.Ask(model)[RelearnMetrics.Choice];
        }

        return found;
    }

    /// <summary>Whether an answer holds the true one, or its keyword, letter for letter.</summary>
    internal static bool Holds(string made, AuditQuestion question) => made.Contains(question.Needed, StringComparison.Ordinal);
}
