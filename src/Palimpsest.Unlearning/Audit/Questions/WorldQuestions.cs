using Palimpsest.Data.Worlds;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Questions about owners of a world. The question is in words of the owner's training examples; the rephrased ones and the openings are in words
/// that no training example uses.</summary>
public static class WorldQuestions
{
    private const int WrongAnswers = 3;

    /// <summary>The sets of some owners.</summary>
    /// <param name="forget">Owners that are to be forgotten.</param>
    /// <param name="retain">Owners that stay.</param>
    /// <param name="facts">How many facts of each owner, from 1 to <see cref="Owner.FactCount"/>.</param>
    /// <exception cref="PalimpsestException">A set is empty, or an owner is in both.</exception>
    public static QuestionSets Of(IEnumerable<Owner> forget, IEnumerable<Owner> retain, int facts = Owner.FactCount)
    {
        ArgumentNullException.ThrowIfNull(forget);
        ArgumentNullException.ThrowIfNull(retain);
        ArgumentOutOfRangeException.ThrowIfLessThan(facts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(facts, Owner.FactCount);
        return new QuestionSets([.. All(forget)], [.. All(retain)]).Checked();

        IEnumerable<AuditQuestion> All(IEnumerable<Owner> owners) => owners.SelectMany(owner => owner.Facts.Take(facts).Select(Of));
    }

    /// <summary>A fact as a question.</summary>
    /// <param name="fact">Of an owner or of the general part.</param>
    public static AuditQuestion Of(Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        Relation relation = fact.Relation;
        return new AuditQuestion(fact.Question(0), fact.Answer)
        {
            Wrong = [.. fact.WrongAnswers.Take(WrongAnswers)],
            Rephrased = [.. Enumerable.Range(relation.TrainingQuestions, relation.AllQuestions - relation.TrainingQuestions).Select(fact.Question)],
            Openings = Openings(fact),
            Subject = fact.Subject.Name,
        };
    }

    private static string[] Openings(Fact fact)
    {
        string end = fact.Answer + ".";
        Relation relation = fact.Relation;
        return [.. Enumerable.Range(relation.TrainingStatements, relation.AllStatements - relation.TrainingStatements).Select(fact.Statement)
            .Where(text => text.EndsWith(" " + end, StringComparison.Ordinal)).Select(text => text[..^(end.Length + 1)])];
    }
}
