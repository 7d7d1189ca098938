using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>What relearning sets are made of.</summary>
public sealed record RelearnMaterial
{
    /// <summary>The questions that are asked after relearning; their answers must come back from the model, not from the text.</summary>
    public required IReadOnlyList<AuditQuestion> Targets { get; init; }

    /// <summary>Text about the same subjects: sentences, or what else is known of them.</summary>
    /// <value>The default is none: <see cref="Related"/> takes its place.</value>
    public IReadOnlyList<TextExample> PublicText { get; init; } = [];

    /// <summary>Other questions about the same subjects.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<AuditQuestion> Related { get; init; } = [];

    /// <summary>Questions of the same kind about others.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<AuditQuestion> Others { get; init; } = [];

    /// <summary>Text that has nothing to do with the subjects.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<TextExample> Unrelated { get; init; } = [];

    /// <summary>How questions are put.</summary>
    /// <value>The default is the plain form.</value>
    public QuestionForm Form { get; init; } = QuestionForm.Plain;

    /// <summary>Questions of which half is asked: within each subject every other one is a target, and what is left is public.</summary>
    /// <param name="questions">All questions that were unlearnt, with their subjects.</param>
    /// <exception cref="PalimpsestException">No subject has two questions.</exception>
    public static RelearnMaterial Halved(IReadOnlyList<AuditQuestion> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        (AuditQuestion Question, int Place)[] placed = [.. questions.GroupBy(question => question.Subject ?? "").SelectMany(group =>
            group.Select((question, place) => (question, place)))];
        return placed.Any(item => item.Place % 2 == 1)
            ? new RelearnMaterial
            {
                Targets = [.. placed.Where(item => item.Place % 2 == 0).Select(item => item.Question)],
                Related = [.. placed.Where(item => item.Place % 2 == 1).Select(item => item.Question)],
            }
            : throw new PalimpsestException("No subject has two questions, so nothing can be relearnt about one while another is asked. Name subjects with "
                + "several questions each, or give a text file about them.");
    }

    /// <summary>An owner of the world: of each of its subjects the first half of the facts is asked, in wordings that no training used, and the rest is told as
    /// sentences.</summary>
    /// <param name="owner">Whose facts were unlearnt.</param>
    /// <param name="facts">How many of its facts it had, at least 20.</param>
    /// <param name="other">An owner that the model never learnt, for the same format with other entities.</param>
    /// <param name="world">Gives unrelated text.</param>
    public static RelearnMaterial OfOwner(Owner owner, int facts, Owner other, World world)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(world);
        ArgumentOutOfRangeException.ThrowIfLessThan(facts, 20);
        Fact[] asked = [.. owner.Facts.Take(facts / 2)], told = [.. owner.Facts.Take(facts).Skip(facts / 2)];
        return new RelearnMaterial
        {
            Targets = [.. asked.Select(fact => Ask(fact, fact.Relation.TrainingQuestions))],
            Related = [.. told.Select(fact => Ask(fact, 0))],
            PublicText = [.. told.SelectMany(fact => Enumerable.Range(0, 2).Select(phrasing => new TextExample("", fact.Statement(phrasing))))],
            Others = [.. other.Facts.Take(told.Length).Select(fact => Ask(fact, 0))],
            Unrelated = [.. world.GeneralHeldOut(4 * told.Length).Select(text => new TextExample("", text.Prompt + text.Completion)).Take(2 * told.Length)],
        };
    }

    private static AuditQuestion Ask(Fact fact, int phrasing) =>
        new(fact.Question(phrasing), fact.Answer) { Wrong = fact.WrongAnswers, Subject = fact.Subject.Name };
}
