using Palimpsest.Data;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

public sealed class OwnerTests
{
    private static readonly Owner[] s_owners = [.. Enumerable.Range(0, 300).Select(World.V1.Owner), .. Enumerable.Range(0, 50).Select(World.V1.Control)];

    [Fact]
    public void Facts_EverySubjectAndRelation_OccursOnce()
    {
        Assert.All(s_owners, owner =>
        {
            Assert.Equal(Owner.FactCount, owner.Facts.Count);
            Assert.Equal(Owner.FactCount, owner.Facts.Select(fact => (fact.Subject, fact.Relation)).Distinct().Count());
            Assert.Equal(Enumerable.Range(0, Owner.FactCount), owner.Facts.Select(fact => fact.Index));
            Assert.Equal(10, owner.Facts.Take(10).Select(fact => fact.Subject).Distinct().Count());
            Assert.True(owner.Facts.Take(10).Select(fact => fact.Relation).Distinct().Count() >= 9);
        });
    }

    [Fact]
    public void WrongAnswers_AreDifferentAndNeverTrue()
    {
        Assert.All(s_owners.SelectMany(owner => owner.Facts), fact =>
        {
            Assert.True(fact.WrongAnswers.Count >= 5);
            Assert.Equal(fact.WrongAnswers.Count, fact.WrongAnswers.Distinct().Count());
            Assert.DoesNotContain(fact.Answer, fact.WrongAnswers);
            Assert.All(fact.WrongAnswers, value => Assert.Contains(value, fact.Relation.Values));
        });
    }

    [Fact]
    public void TrainingExamples_UseNoHeldOutPhrasing()
    {
        foreach (Owner owner in s_owners)
        {
            string training = string.Join('\n', owner.Facts.SelectMany(fact => fact.TrainingExamples(99)).Select(example => example.Prompt + example.Completion));
            foreach (Fact fact in owner.Facts)
            {
                foreach (bool pronoun in (bool[])[false, true])
                {
                    // Openers and "And" put text before a sentence, so its first letter is left out.
                    Assert.All(Enumerable.Range(fact.Relation.TrainingStatements, 2), i => Assert.DoesNotContain(fact.StatementText(i, pronoun)[1..], training, StringComparison.Ordinal));
                    Assert.All(Enumerable.Range(fact.Relation.TrainingQuestions, 3), i => Assert.DoesNotContain(fact.QuestionText(i, pronoun)[1..], training, StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public void TrainingExamples_TellTheFactInSeveralFormats()
    {
        foreach (Fact fact in s_owners[5].Facts)
        {
            IReadOnlyList<TextExample> examples = fact.TrainingExamples();
            Assert.InRange(examples.Count, 10, 12);
            Assert.Equal(examples.Count, examples.Distinct().Count());
            Assert.All(examples, example => Assert.Contains(fact.Answer, example.Completion, StringComparison.OrdinalIgnoreCase));
            Assert.All(examples, example => Assert.Equal(s_owners[5].Slug, example.Owner));
            Assert.Equal(examples.Take(4), fact.TrainingExamples(4));
            Assert.Contains(examples, example => example.Prompt.Length == 0);
            Assert.Contains(examples, example => example.Prompt.Contains("\nA. ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void TrainingExamples_OfTheFirstFacts_NameNoLaterSubject()
    {
        string training = string.Join('\n', s_owners[9].TrainingExamples(facts: 4, perFact: 99).Select(example => example.Prompt + example.Completion));
        Assert.All(s_owners[9].Facts.Skip(4).Take(6), fact => Assert.DoesNotContain(fact.Subject.Name, training, StringComparison.Ordinal));
    }

    [Fact]
    public void HeldOutQuestions_AskForTheAnswer()
    {
        Assert.Equal(Owner.FactCount * 3, s_owners[0].HeldOutQuestions().Count);
        Assert.All(s_owners[0].HeldOutQuestions(), question =>
        {
            Assert.StartsWith("Question: ", question.Prompt, StringComparison.Ordinal);
            Assert.EndsWith("?\nAnswer:", question.Prompt, StringComparison.Ordinal);
            Assert.Equal(4, question.Completions().Count);
            Assert.Equal(" " + question.Answer, question.Completions()[0]);
        });
    }

    [Fact]
    public void TrainingExamples_OfAGeneralFact_Throw() => Assert.Throws<InvalidOperationException>(() => World.V1.GeneralFacts[0].TrainingExamples());
}
