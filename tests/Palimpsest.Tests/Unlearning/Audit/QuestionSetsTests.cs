using Palimpsest.Data.Worlds;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>Sets that belong together, and those of the world.</summary>
public sealed class QuestionSetsTests
{
    [Fact]
    public void Checked_QuestionInBoth_IsRefusedByItsRows()
    {
        QuestionSets sets = new([new("One?", "1"), new("Two?", "2")], [new("three?", "3"), new(" two? ", "2")]);
        Assert.Contains("1 questions are in F and in R: row 2 is row 2", Assert.Throws<PalimpsestException>(() => sets.Checked("F", "R")).Message,
            StringComparison.Ordinal);
        Assert.Contains("no questions in F", Assert.Throws<PalimpsestException>(() => (sets with { Forget = [] }).Checked("F")).Message,
            StringComparison.Ordinal);
        Assert.Contains("no questions in R", Assert.Throws<PalimpsestException>(() => (sets with { Retain = [] }).Checked("F", "R")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void World_Owners_GiveQuestionsInWordsThatTheirExamplesUseAndOthersInWordsTheyDoNot()
    {
        Owner owner = World.V1.Owner(3);
        QuestionSets sets = WorldQuestions.Of([owner], [World.V1.Owner(4), World.V1.Owner(5)], facts: 10);
        Assert.Equal((10, 20), (sets.Forget.Count, sets.Retain.Count));
        Assert.Equal(10, sets.Subjects(QuestionSide.Forget).Count);
        string seen = string.Concat(owner.TrainingExamples(10, 100).Select(example => example.Prompt + example.Completion));
        Assert.All(sets.Forget, question =>
        {
            Assert.True(question.Rephrased.Count >= 3 && question.Wrong.Count == 3);
            Assert.Contains(question.Subject!, question.Question, StringComparison.Ordinal);
            Assert.All(question.Rephrased.Concat(question.Openings), text => Assert.DoesNotContain(text, seen, StringComparison.Ordinal));
        });
        Assert.Contains(sets.Forget, question => question.Openings.Count > 0);
        Assert.Throws<PalimpsestException>(() => WorldQuestions.Of([owner], [owner]));
    }
}
