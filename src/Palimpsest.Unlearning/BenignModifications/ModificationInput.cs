using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>What a modification is made of.</summary>
/// <param name="Sets">The questions.</param>
/// <param name="Form">How they are put without it.</param>
/// <param name="Keywords">Names that stand for what was to be forgotten; may be empty.</param>
/// <param name="Random">Each modification takes a child of it, and each question one of that.</param>
public sealed record ModificationInput(QuestionSets Sets, QuestionForm Form, IReadOnlyList<string> Keywords, RandomStream Random)
{
    /// <summary>All questions with their sides and places.</summary>
    internal IEnumerable<(QuestionSide Side, int Index, AuditQuestion Question)> All =>
        Enum.GetValues<QuestionSide>().SelectMany(side => Sets[side].Select((question, i) => (side, i, question)));

    /// <summary>The question as it is put without a modification: with all its answers where there are wrong ones, the true one first.</summary>
    internal ChoiceItem Plain(AuditQuestion question) => Put(Form, question.Question, question);

    /// <summary>Any text in the place of a question, with the question's answers.</summary>
    internal static ChoiceItem Put(QuestionForm form, string text, AuditQuestion question) => form.Ask(text, [question.Answer, .. question.Wrong], 0);
}
