using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Unlearning.Audit.Lessons;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What an audit asks, and what relearning is made of.</summary>
/// <param name="Subject">What the data is called, for people.</param>
/// <param name="Questions">Both sets.</param>
/// <param name="Relearn">What relearning sets are made of, and which questions it is to bring back.</param>
/// <param name="General">Text on nothing in particular, for whether a model still writes; may be empty.</param>
internal sealed record AuditMaterial(string Subject, QuestionSets Questions, RelearnMaterial Relearn, IReadOnlyList<TextExample> General)
{
    private const int Statements = 2, GeneralTexts = 100;

    /// <summary>Questions of the same kind that no model has seen, for membership inference; may be empty.</summary>
    public IReadOnlyList<AuditQuestion> Holdout { get; init; } = [];

    /// <summary>TOFU's questions on real authors; may be empty.</summary>
    public IReadOnlyList<AuditQuestion> RealAuthors { get; init; } = [];

    /// <summary>TOFU's questions on facts of the world; may be empty.</summary>
    public IReadOnlyList<AuditQuestion> WorldFacts { get; init; } = [];

    /// <summary>Out of a recipe's files.</summary>
    /// <exception cref="PalimpsestException">A file cannot be read, a set is empty, or a question is in both.</exception>
    public static AuditMaterial OfFiles(AuditDataSection data)
    {
        (string forget, string retain) = (data.Forget!, data.Retain!);
        QuestionSets sets = new QuestionSets(Read(forget), Read(retain)).Checked(forget, retain);
        RelearnMaterial relearn = (data.Public is string file ? new RelearnMaterial { Targets = sets.Forget, PublicText = Texts(file) }
            : Subjects(sets.Forget) ? RelearnMaterial.Halved(sets.Forget)
            : new RelearnMaterial { Targets = sets.Forget }) with
        {
            Others = sets.Retain,
            Form = data.Form,
        };
        return new AuditMaterial(Path.GetFileName(forget), sets, relearn, data.General is string general ? Texts(general) : [])
        {
            Holdout = data.Holdout is string holdout ? Read(holdout) : [],
            RealAuthors = data.RealAuthors is string authors ? Read(authors) : [],
            WorldFacts = data.WorldFacts is string facts ? Read(facts) : [],
        };

        IReadOnlyList<AuditQuestion> Read(string path) => [.. QuestionFile.Read(path, data.Form, data.PerSubject).Take(data.Most)];
    }

    /// <summary>Out of the embedded world.</summary>
    public static AuditMaterial OfWorld(WorldLesson world, QuestionForm form)
    {
        TextExample[] general = [.. World.V1.GeneralHeldOut(GeneralTexts).Select(text => new TextExample("", text.Prompt + text.Completion))];
        Fact[] others = [.. world.Others];
        RelearnMaterial relearn = new()
        {
            Targets = world.Questions.Forget,
            Related = [.. others.Select(WorldQuestions.Of)],
            PublicText = [.. others.SelectMany(fact => Enumerable.Range(0, Statements).Select(phrasing => new TextExample("", fact.Statement(phrasing))))],
            Others = [.. world.Strangers.Select(WorldQuestions.Of)],
            Unrelated = general,
            Form = form,
        };
        return new AuditMaterial($"{world.Forgotten.Count} of {world.Forgotten.Count + world.Retained.Count} owners of the embedded world", world.Questions,
            relearn, general)
        {
            Holdout = relearn.Others,
        };
    }

    private static bool Subjects(IReadOnlyList<AuditQuestion> questions) =>
        questions.GroupBy(question => question.Subject ?? "").Any(group => group.Count() > 1);

    private static IReadOnlyList<TextExample> Texts(string file) => [.. ExampleFile.Open(file).From(0).Select(item => item.Example)];
}
