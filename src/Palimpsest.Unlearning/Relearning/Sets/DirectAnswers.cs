using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>The questions with their answers: the upper bound, which also a model that never knew them reaches in the end.</summary>
public sealed record DirectAnswers : RelearnSetOptions
{
    private protected override string WayOut => "Give questions with answers that fit into the model's context.";

    private protected override bool HasAnswers => true;

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) => Of(material.Targets, material.Form);

    /// <summary>Questions with their true answers, as examples that are learnt.</summary>
    internal static IEnumerable<TextExample> Of(IReadOnlyList<AuditQuestion> questions, QuestionForm form) => questions.Select(question =>
    {
        ChoiceItem item = form.Open(question);
        return new TextExample(item.Prompt, item.Choices[item.Answer], null, item.Chat);
    });
}
