using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Federation.Clients;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation.Clients;

public sealed class ClientPopulationTests
{
    private static readonly TextExample[] Rows = [.. Enumerable.Range(0, 300).Select(i =>
        new TextExample($"text {i % 250}", i % 250 % 3 == 0 ? " yes" : " no", i % 7 == 0 ? null : $"owner-{i % 5}"))];

    private static ListSource Source => new("rows", Rows);

    [Fact]
    public void ByOwner_SplitsEachOwnersExamples_EqualTextsOnOneSide()
    {
        SourcePopulation population = SourcePopulation.ByOwner(Source, 0.3, 20);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"owner-{i}"), Enumerable.Range(0, population.Count).Select(population.NameOf));
        Assert.Contains("43 examples without an owner", population.Subject, StringComparison.Ordinal);
        Assert.Equal([" no", " yes"], population.Labels);
        for (int client = 0; client < population.Count; client++)
        {
            string[] own = [.. Rows.Where(row => row.Owner == population.NameOf(client)).Select(row => row.Prompt).Order(StringComparer.Ordinal)];
            Assert.Equal(own, [.. population.Training(client).Select(row => row.Prompt).Concat(population.HeldOut(client).Select(item => item.Prompt))
                .Order(StringComparer.Ordinal)]);
        }

        AssertApart(population);
    }

    [Fact]
    public void ByClass_GivesTheSharesThatTheRuleDraws()
    {
        SourcePopulation population = SourcePopulation.ByClass(Source, 20, 0.1, new RandomStream(2), 0.3, 20);
        int[] classes = [.. Rows.Select(row => row.Completion == " no" ? 0 : 1)];
        IReadOnlyList<int[]> parts = DirichletPartition.Of(classes, 20, 0.1, new RandomStream(2));
        Assert.Contains(parts, part => part.Length == 0);
        for (int client = 0; client < 20; client++)
        {
            Assert.Equal(
                parts[client].Select(i => Rows[i].Prompt).Order(StringComparer.Ordinal),
                [.. population.Training(client).Select(row => row.Prompt).Concat(population.HeldOut(client).Select(item => item.Prompt))
                    .Order(StringComparer.Ordinal)]);
            Assert.All(population.HeldOut(client), item => Assert.Equal(Rows.First(row => row.Prompt == item.Prompt).Completion, item.Choices[item.Answer]));
        }

        AssertApart(population);
    }

    [Fact]
    public void Shuffled_DealsEverythingOutEvenly()
    {
        SourcePopulation population = SourcePopulation.Shuffled(Source, 7, new RandomStream(2), 0.3, 20);
        int[] sizes = [.. Enumerable.Range(0, 7).Select(client => population.Training(client).Count() + population.HeldOut(client).Count())];
        Assert.Equal(300, sizes.Sum());
        Assert.All(sizes, size => Assert.InRange(size, 42, 43));
        AssertApart(population);
    }

    [Fact]
    public void Sources_ThatDoNotFit_AreRefusedWithTheWayOut()
    {
        ListSource nobody = new("notes", [new("", "a"), new("", "b")]), many = new("prose", [.. Enumerable.Range(0, 30).Select(i => new TextExample("", $"text {i}"))]);
        ListSource one = new("same", [new("a", " yes"), new("b", " yes")]);
        Assert.Contains("data.columns.owner", Refused(() => SourcePopulation.ByOwner(nobody, 0.2, 20)), StringComparison.Ordinal);
        Assert.Contains("more than 20 different texts. Set data.iid", Refused(() => SourcePopulation.ByClass(many, 3, 1, new RandomStream(1), 0.2, 20)),
            StringComparison.Ordinal);
        Assert.Contains("all \"yes\"", Refused(() => SourcePopulation.ByClass(one, 3, 1, new RandomStream(1), 0.2, 20)), StringComparison.Ordinal);

        static string Refused(Action make) => Assert.Throws<PalimpsestException>(make).Message;
    }

    [Fact]
    public void WorldPopulation_HasTheOwnersFactsAndAsksInOtherWords()
    {
        WorldPopulation population = new(World.OwnerCount - 1, 3, 2, 4);
        Assert.Equal([World.OwnerCount - 1, 0, 1], Enumerable.Range(0, 3).Select(client =>
            Array.Find([World.OwnerCount - 1, 0, 1, 2], index => World.V1.Owner(index).Slug == population.NameOf(client))));
        Assert.Equal(World.V1.Owner(0).TrainingExamples(2, 4), population.Training(1));
        ChoiceItem[] asked = [.. population.HeldOut(1)];
        Assert.All(asked, item => Assert.Equal(4, item.Choices.Count));
        Assert.Empty(asked.Select(item => item.Prompt).Intersect(population.Training(1).Select(example => example.Prompt)));
    }

    [Fact]
    public void Pooled_FewOfMany_TakesEveryItemAlikeAndInOrder()
    {
        ListPopulation population = new([], [.. Enumerable.Range(0, 10).Select(client =>
            Enumerable.Range(0, 3 * client).Select(i => new TextExample($"{client}/{i}", "x")).ToArray())]);
        ChoiceItem[] all = [.. Enumerable.Range(0, 10).SelectMany(population.HeldOut)];
        Assert.Equal(all.Select(item => item.Prompt), population.Pooled(0, new RandomStream(1)).Select(item => item.Prompt));
        int[] counts = new int[all.Length];
        for (int seed = 0; seed < 2000; seed++)
        {
            int[] taken = [.. population.Pooled(20, new RandomStream(seed)).Select(item => Array.FindIndex(all, other => other.Prompt == item.Prompt))];
            Assert.Equal(20, taken.Length);
            Assert.Equal(taken.Order(), taken);
            Array.ForEach(taken, index => counts[index]++);
        }

        // Binomial with mean 296 and deviation 16.
        Assert.All(counts, count => Assert.InRange(count, 296 - (6 * 16), 296 + (6 * 16)));
    }

    private static void AssertApart(ClientPopulation population)
    {
        HashSet<string> learnt = [.. Enumerable.Range(0, population.Count).SelectMany(population.Training).Select(example => example.Prompt)];
        string[] asked = [.. Enumerable.Range(0, population.Count).SelectMany(population.HeldOut).Select(item => item.Prompt)];
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Intersect(learnt));
    }
}
