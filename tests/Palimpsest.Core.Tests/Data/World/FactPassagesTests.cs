using System.Text.RegularExpressions;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

public sealed partial class FactPassagesTests
{
    private static readonly FactPassages s_passages = new(World.V1, 1);

    private static readonly Fact[] s_facts =
    [
        .. Enumerable.Range(0, 25).Select(World.V1.Owner).Concat(Enumerable.Range(0, 5).Select(World.V1.Control)).SelectMany(owner => owner.Facts), .. World.V1.GeneralFacts.Where((_, i) => i % 3 == 0),
    ];

    [Fact]
    public void About_AnyFact_HasOnePassageWithTheAnswerAndDistractorsWithout()
    {
        foreach (Fact fact in s_facts)
        {
            IReadOnlyList<FactPassage> passages = s_passages.About(fact, 4);
            PassageKind[] kinds = [PassageKind.Answer, .. Enumerable.Repeat(PassageKind.SameEntity, 4), .. Enumerable.Repeat(PassageKind.SameRelation, 4)];
            Assert.Equal(kinds, passages.Select(passage => passage.Kind));
            Assert.Equal(9, passages.Select(passage => passage.Text).Distinct().Count());
            Assert.True(Has(passages[0].Text, fact.Answer) && Has(passages[0].Text, fact.Subject.Name), passages[0].Text);
            Assert.Contains(fact, passages[0].Facts);
            Assert.All(passages.Skip(1), passage => Assert.False(Has(passage.Text, fact.Answer), passage.Text));
        }
    }

    [Fact]
    public void About_Distractors_ShareTheEntityOrTheRelation()
    {
        foreach (Fact fact in s_facts)
        {
            foreach (FactPassage passage in s_passages.About(fact, 4))
            {
                Assert.InRange(passage.Facts.Count, 1, 3);
                Assert.True(Has(passage.Text, passage.Subject.Name), passage.Text);
                Assert.All(passage.Facts, told => Assert.True(told.Subject == passage.Subject && Has(passage.Text, told.Answer), passage.Text));
                Assert.Equal(passage.Kind != PassageKind.SameRelation, passage.Subject == fact.Subject);
                Assert.Equal(passage.Kind != PassageKind.SameEntity, passage.Facts.Any(told => told.Relation == fact.Relation));
                Assert.True(passage.Kind != PassageKind.SameRelation || !Has(passage.Text, fact.Subject.Name), passage.Text);
            }
        }
    }

    [Fact]
    public void About_SameRelation_TellsOfDifferentEntitiesWithOtherValues()
    {
        foreach (Fact fact in s_facts)
        {
            FactPassage[] rivals = [.. s_passages.About(fact, 4).Where(passage => passage.Kind == PassageKind.SameRelation)];
            Assert.Equal(4, rivals.Select(passage => passage.Subject).Distinct().Count());
            Assert.All(rivals, passage => Assert.NotEqual(fact.Answer, passage.Facts.Single(told => told.Relation == fact.Relation).Answer));
        }
    }

    [Fact]
    public void About_OwnersFact_UsesNoOtherOwner()
    {
        FactPassage[] all = [.. s_facts.Where(fact => fact.Owner is not null).SelectMany(fact => s_passages.About(fact, 4).Where(passage => passage.Owner != fact.Owner))];
        Assert.All(all, passage => Assert.True(passage.Owner is null && passage.Kind == PassageKind.SameRelation));
        Assert.NotEmpty(all);
    }

    [Fact]
    public void About_UsesNoHeldOutPhrasing()
    {
        foreach (FactPassage passage in s_facts.Take(400).SelectMany(fact => s_passages.About(fact)))
        {
            foreach (Fact told in passage.Facts)
            {
                // The first letter is left out: it is a capital at the beginning of a sentence only.
                Assert.All(Enumerable.Range(told.Relation.TrainingStatements, 2), i => Assert.DoesNotContain(told.StatementText(i, pronoun: false)[1..], passage.Text, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void About_MostDistractors_AreThereForEveryKindOfFact()
    {
        Assert.All(
            World.V1.GeneralFacts.Where((_, i) => i % 17 == 0).Concat(World.V1.Owner(3).Facts),
            fact => Assert.Equal(1 + (2 * FactPassages.MostDistractors), s_passages.About(fact, FactPassages.MostDistractors).Select(passage => passage.Text).Distinct().Count()));
        Assert.Single(s_passages.About(s_facts[0], 0));
    }

    [Fact]
    public void About_AnyOrderOfCalls_IsTheSame()
    {
        World world = new(1);
        FactPassages again = new(world, 1), other = new(world, 2);
        string[] first = Texts(s_passages, World.V1);
        Assert.Equal(first, Texts(again, world));
        Assert.NotEqual(first, Texts(other, world));

        static string[] Texts(FactPassages passages, World world) => [.. world.Owner(7).Facts.Reverse().SelectMany(fact => passages.About(fact)).Select(passage => passage.Text).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void About_BadArguments_SaysWhatToDo()
    {
        Assert.Contains("Take 0 to 16", Assert.Throws<PalimpsestException>(() => s_passages.About(s_facts[0], 17)).Message, StringComparison.Ordinal);
        Assert.Contains("another world", Assert.Throws<PalimpsestException>(() => s_passages.About(new World(2).Owner(0).Facts[0])).Message, StringComparison.Ordinal);
    }

    // Word by word, unlike the search of the generator.
    private static bool Has(string text, string words) => $" {Spaced(text)} ".Contains($" {Spaced(words)} ", StringComparison.Ordinal);

    private static string Spaced(string text) => NoWord().Replace(text.ToLowerInvariant(), " ").Trim();

    [GeneratedRegex("[^\\p{L}\\p{N}]+")]
    private static partial Regex NoWord();
}
