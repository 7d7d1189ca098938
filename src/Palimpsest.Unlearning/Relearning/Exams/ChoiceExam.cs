using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Relearning.Exams;

/// <summary>Multiple choice by likelihood, in the form that BLUR and WMDP use: knowledge that a model would not say can still decide between answers.</summary>
/// <param name="questions">Questions with wrong answers, at least one.</param>
/// <param name="form">How they are put.</param>
/// <exception cref="PalimpsestException">A question has no wrong answers.</exception>
public sealed class ChoiceExam(IReadOnlyList<AuditQuestion> questions, QuestionForm form) : IRelearnExam
{
    private readonly ChoiceItem[] _items = [.. questions.Select(form.Choice)];

    /// <inheritdoc/>
    public IReadOnlyList<string> Subjects { get; } = SubjectsOf(questions);

    /// <inheritdoc/>
    public string Headline => RelearnMetrics.Choice;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Ask(LanguageModel model) =>
        new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal) { [RelearnMetrics.Choice] = ChoiceAccuracy.Correct(model, _items) };

    /// <summary>The subjects of questions; one without is a subject of its own.</summary>
    internal static string[] SubjectsOf(IReadOnlyList<AuditQuestion> questions) =>
        [.. questions.Select((question, i) => question.Subject ?? "question " + i.ToString(CultureInfo.InvariantCulture))];
}
