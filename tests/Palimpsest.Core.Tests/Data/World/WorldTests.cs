using System.Text.RegularExpressions;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

public sealed partial class WorldTests
{
    private static readonly World s_world = World.V1;

    [Fact]
    public void Subjects_OfOwnersControlsAndGeneralPart_AreAllDifferent()
    {
        HashSet<string> names = [];
        foreach (string name in s_world.GeneralFacts.Select(fact => fact.Subject.Name).Distinct())
        {
            Assert.True(names.Add(name), name);
        }

        foreach (Owner owner in Enumerable.Range(0, 2_000).Select(s_world.Owner).Concat(Enumerable.Range(0, 500).Select(s_world.Control)))
        {
            string[] subjects = [.. owner.Facts.Select(fact => fact.Subject.Name).Distinct()];
            Assert.Equal(10, subjects.Length);
            Assert.All(subjects, name => Assert.True(names.Add(name), name));
        }
    }

    [Fact]
    public void Names_OfOwnersAndControls_AreAllDifferent()
    {
        Owner[] owners = [.. Enumerable.Range(0, 2_000).Select(s_world.Owner), s_world.Owner(World.OwnerCount - 1), s_world.Control(0), s_world.Control(World.ControlCount - 1)];
        Assert.Equal(owners.Length, owners.Select(owner => owner.Slug).Distinct().Count());
        Assert.All(owners, owner => Assert.Matches("^[a-z]+(-[a-z]+)+$", owner.Slug));
    }

    [Fact]
    public void GeneralStream_First20000_NamesNoOwnersOrControlsSubject()
    {
        HashSet<string> subjects =
        [
            .. Enumerable.Range(0, 2_000).Select(s_world.Owner).Concat(Enumerable.Range(0, 500).Select(s_world.Control)).SelectMany(owner => owner.Facts).Select(fact => fact.Subject.Name),
        ];
        for (long i = 0; i < 20_000; i++)
        {
            TextExample example = s_world.General(i);
            Assert.Null(example.Owner);
            string[] words = [.. Word().Matches(example.Prompt + " " + example.Completion).Select(match => match.Value)];
            for (int length = 2; length <= 3; length++)
            {
                for (int from = 0; from + length <= words.Length; from++)
                {
                    Assert.DoesNotContain(string.Join(' ', words[from..(from + length)]), subjects);
                }
            }
        }
    }

    [Fact]
    public void Owner_AnyOrderOfCalls_IsTheSame()
    {
        World other = new(1);
        string[] forwards = [.. Enumerable.Range(0, 20).Select(i => WorldSample.Of(s_world.Owner(i)))];
        string[] backwards = [.. Enumerable.Range(0, 20).Reverse().Select(i => WorldSample.Of(other.Owner(i))).Reverse()];
        Assert.Equal(forwards, backwards);
        Assert.Equal(s_world.General(123_456_789_012), other.General(123_456_789_012));
        Assert.NotEqual(WorldSample.Of(s_world.Owner(3)), WorldSample.Of(new World(2).Owner(3)));
    }

    [Fact]
    public void Owner_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => s_world.Owner(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_world.Owner(World.OwnerCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_world.Control(World.ControlCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_world.General(-1));
    }

    [Fact]
    public void GeneralHeldOut_NeverComesFromTheStream()
    {
        HashSet<string> heldOut = [.. s_world.GeneralHeldOut(3_000).Select(example => example.Prompt + example.Completion)];
        Assert.True(heldOut.Count > 2_900);
        for (long i = 0; i < 20_000; i++)
        {
            TextExample example = s_world.General(i);
            Assert.DoesNotContain(example.Prompt + example.Completion, heldOut);
        }

        Assert.Equal(s_world.GeneralHeldOut(10), s_world.GeneralHeldOut(20).Take(10));
    }

    [Fact]
    public void Plots_AlwaysNameAPersonInFull() => Assert.All(StoryText.Plots, plot =>
        Assert.Contains(plot, sentence => sentence.All(alternative => alternative.Contains("{N}", StringComparison.Ordinal) || alternative.Contains("{M}", StringComparison.Ordinal))));

    [Fact]
    public void Relations_HaveEnoughPhrasingsAndValues()
    {
        Assert.All(s_world.Relations, relation =>
        {
            Assert.InRange(relation.Values.Count, 20, 150);
            Assert.Equal(relation.Values.Count, relation.Values.Distinct().Count());
            Assert.True(relation.AllStatements >= 8 && relation.AllQuestions >= 8);
            Assert.True(relation.AllQuestions - relation.TrainingQuestions >= 3 && relation.AllStatements - relation.TrainingStatements >= 2);
            Assert.Equal(relation.AllStatements + relation.AllQuestions, relation.Text.Statements.Concat(relation.Text.Questions).Distinct().Count());
        });
    }

    [Fact]
    public void Reading_Question_IsAnsweredByItsPassage()
    {
        for (int i = 0; i < 500; i++)
        {
            ChoiceQuestion question = s_world.Reading(i);
            Assert.Contains(question.Answer, question.Prompt, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(question.Answer, question.WrongAnswers);
        }
    }

    [Fact]
    public void Texts_Grammar_HoldsUp()
    {
        for (long i = 0; i < 20_000; i++)
        {
            TextExample example = s_world.General(i);
            string text = LetterChoice().Replace(example.Prompt + example.Completion, "");
            Assert.DoesNotMatch(@"\b[Aa] [aeiouAEIOU]", text);
            Assert.DoesNotMatch(@"\b[Aa]n (?!hour)[^aeiouAEIOU]", text);
            Assert.DoesNotMatch(@"[{}]|  |\.\.|[.?!] [a-z]", text);
            Assert.True(text.Length < 700, text);
            if (example.Prompt.Length == 0)
            {
                Assert.Matches(@"^[A-Z0-9""]", example.Completion);
            }
            else
            {
                Assert.EndsWith("\nAnswer:", example.Prompt, StringComparison.Ordinal);
                Assert.Matches("^ [^ ]", example.Completion);
            }
        }
    }

    [GeneratedRegex("[\\p{L}-]+")]
    private static partial Regex Word();

    [GeneratedRegex("[A-D]\\. ")]
    private static partial Regex LetterChoice();
}
