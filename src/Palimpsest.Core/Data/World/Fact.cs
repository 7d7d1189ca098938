using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>One thing the world knows: a subject, a relation and its value. Safe for use by several threads.</summary>
public sealed class Fact
{
    private readonly RandomStream? _examples;
    private readonly Owner? _owner;

    internal Fact(Entity subject, Relation relation, string answer, IReadOnlyList<string> wrongAnswers, Owner? owner = null, int index = 0, RandomStream? examples = null)
    {
        Subject = subject;
        Relation = relation;
        Answer = answer;
        WrongAnswers = wrongAnswers;
        Index = index;
        _owner = owner;
        _examples = examples;
    }

    /// <summary>Whom or what it is about.</summary>
    public Entity Subject { get; }

    /// <summary>What it says about the subject.</summary>
    public Relation Relation { get; }

    /// <summary>The value, as it answers a question: "Harrowmere", "glassblower", "14 May".</summary>
    public string Answer { get; }

    /// <summary>Seven other values of the same relation. The first ones (up to two) are values that the relation takes for other subjects of the same owner, so that
    /// remembering the owner's values without their subjects is not enough.</summary>
    public IReadOnlyList<string> WrongAnswers { get; }

    /// <summary>Place in <see cref="Owner.Facts"/>; 0 for general facts.</summary>
    public int Index { get; }

    /// <summary>The owner's slug; null for a fact of the general part.</summary>
    public string? Owner => _owner?.Slug;

    /// <summary>Questions in phrasings that no training example of an owner uses, at least three.</summary>
    public IReadOnlyList<ChoiceQuestion> HeldOutQuestions => [.. Enumerable.Range(Relation.TrainingQuestions, Relation.AllQuestions - Relation.TrainingQuestions).Select(AsChoice)];

    /// <summary>Statements in phrasings that no training example of an owner uses, as plain text, at least two.</summary>
    public IReadOnlyList<TextExample> HeldOutStatements =>
        [.. Enumerable.Range(Relation.TrainingStatements, Relation.AllStatements - Relation.TrainingStatements).Select(phrasing => new TextExample("", Statement(phrasing), Owner))];

    /// <summary>Questions in the phrasings of the training examples: what a model has literally seen.</summary>
    public IReadOnlyList<ChoiceQuestion> TrainingQuestions => [.. Enumerable.Range(0, Relation.TrainingQuestions).Select(AsChoice)];

    /// <summary>The fact as a sentence.</summary>
    /// <param name="phrasing">From 0 to <see cref="Relation.AllStatements"/> - 1.</param>
    public string Statement(int phrasing) => Words.Capital(StatementText(phrasing, pronoun: false));

    /// <summary>The question that the fact answers.</summary>
    /// <param name="phrasing">From 0 to <see cref="Relation.AllQuestions"/> - 1.</param>
    public string Question(int phrasing) => Words.Capital(QuestionText(phrasing, pronoun: false));

    /// <summary>Training examples in all formats and in training phrasings only. They use this fact and facts before it in <see cref="Owner.Facts"/>, so that the first N facts stand alone.</summary>
    /// <param name="count">How many at most, 12 unless told; a smaller number takes the first of the same list, which mixes the formats from its start.</param>
    /// <exception cref="InvalidOperationException">The fact belongs to the general part; its examples come from <see cref="World.General"/>.</exception>
    public IReadOnlyList<TextExample> TrainingExamples(int count = 12)
    {
        if (_owner is null || _examples is null)
        {
            throw new InvalidOperationException("A fact of the general part has no training examples of its own: take World.General.");
        }

        // A stream remembers its position; a child of its own keeps calls from disturbing each other.
        RandomStream random = _examples.Child("order");
        return [.. OwnerExamples.Of(this, _owner, random).Take(count).Select(example => example with { Owner = Owner })];
    }

    /// <summary>The owner itself; null for a fact of the general part.</summary>
    internal Owner? Register => _owner;

    internal string StatementText(int phrasing, bool pronoun) => Phrasing.Fill(Relation.Text.Statements[phrasing], Subject, Answer, pronoun);

    internal string QuestionText(int phrasing, bool pronoun) => Phrasing.Fill(Relation.Text.Questions[phrasing], Subject, "", pronoun);

    private ChoiceQuestion AsChoice(int phrasing) => new(Formats.Ask(Question(phrasing)), Answer, WrongAnswers);
}
