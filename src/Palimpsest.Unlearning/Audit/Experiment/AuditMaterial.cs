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

    /// <summary>What models learn that the audit makes itself.</summary>
    public required ForgetLesson Lesson { get; init; }

    /// <summary>Questions of the same kind that no model has seen, for membership inference; may be empty.</summary>
    public IReadOnlyList<AuditQuestion> Holdout { get; init; } = [];

    /// <summary>TOFU's questions on real authors; may be empty.</summary>
    public IReadOnlyList<AuditQuestion> RealAuthors { get; init; } = [];

    /// <summary>TOFU's questions on facts of the world; may be empty.</summary>
    public IReadOnlyList<AuditQuestion> WorldFacts { get; init; } = [];

    /// <summary>Out of a recipe's files. What is asked are the first questions of those that are to be learnt.</summary>
    /// <exception cref="PalimpsestException">A file cannot be read, a set is empty, or a question is in both.</exception>
    public static AuditMaterial OfFiles(AuditDataSection data)
    {
        (string forget, string retain) = (data.Forget!, data.Retain!);
        Dictionary<string, int> tooShort = new(StringComparer.Ordinal);
        QuestionSets all = new QuestionSets(data.ForgetRows.Of(Rows(forget), forget), data.RetainRows.Of(Rows(retain), retain)).Checked(forget, retain);
        QuestionSets sets = new([.. all.Forget.Take(data.Most)], [.. all.Retain.Take(data.Most)]);
        RelearnMaterial relearn = (data.Public is string file ? new RelearnMaterial { Targets = sets.Forget, PublicText = Texts(file) }
            : Subjects(sets.Forget) ? RelearnMaterial.Halved(sets.Forget)
            : new RelearnMaterial { Targets = sets.Forget }) with
        {
            Others = sets.Retain,
            Form = data.Form,
        };
        string left = tooShort.Values.Sum() is int less and > 0 ? FormattableString.Invariant($" ({less} passages are too short and left out)") : "";
        return new AuditMaterial(Path.GetFileName(forget) + left, sets, relearn, data.General is string general ? Texts(general) : [])
        {
            Lesson = new ForgetLesson(Learnt(all.Forget), Learnt(all.Retain)),
            Holdout = data.Holdout is string holdout ? [.. Rows(holdout).Take(data.Most)] : [],
            RealAuthors = data.RealAuthors is string authors ? Read(authors) : [],
            WorldFacts = data.WorldFacts is string facts ? Read(facts) : [],
        };

        IReadOnlyList<AuditQuestion> Read(string path) => [.. QuestionFile.Read(path, data.Form, data.PerSubject).Take(data.Most)];

        IReadOnlyList<AuditQuestion> Rows(string path)
        {
            if (data.Passages is null)
            {
                return QuestionFile.Read(path, data.Form, data.PerSubject);
            }

            (IReadOnlyList<AuditQuestion> passages, int cut) = PassageFile.Read(path, data.Passages, data.PerSubject);
            tooShort[path] = cut;
            return passages;
        }

        // Passages are learnt as text, questions for their answers.
        IReadOnlyList<IReadOnlyList<TextExample>> Learnt(IReadOnlyList<AuditQuestion> questions) =>
            [.. questions.GroupBy(question => Subjects(questions) ? question.Subject ?? "" : "").Select(group =>
                data.Passages is null ? DirectAnswers.Of([.. group], data.Form).ToArray()
                    : [.. group.Select(passage => new TextExample("", $"{passage.Question} {passage.Answer}"))])];
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
            Lesson = world.Lesson,
            Holdout = relearn.Others,
        };
    }

    private static bool Subjects(IReadOnlyList<AuditQuestion> questions) =>
        questions.GroupBy(question => question.Subject ?? "").Any(group => group.Count() > 1);

    private static IReadOnlyList<TextExample> Texts(string file) => [.. ExampleFile.Open(file).From(0).Select(item => item.Example)];
}
