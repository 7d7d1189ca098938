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
        ReadOnce source = new(Source);
        SourcePopulation population = SourcePopulation.ByOwner(source, 0.3, 20);
        Assert.Equal(1, source.Readings);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"owner-{i}"), Enumerable.Range(0, population.Count).Select(population.NameOf));
        Assert.Contains("43 examples without an owner", population.Subject, StringComparison.Ordinal);
        Assert.Equal(" no, yes", string.Join(',', population.Labels));
        for (int client = 0; client < population.Count; client++)
        {
            string[] own = [.. Rows.Where(row => row.Owner == population.NameOf(client)).Select(row => row.Prompt).Order(StringComparer.Ordinal)];
            Assert.Equal(own, Texts(population, client));
        }

        AssertApart(population);
    }

    [Fact]
    public void ByClass_GivesTheSharesThatTheRuleDraws()
    {
        SourcePopulation population = SourcePopulation.ByClass(Source, 400, 0.1, new RandomStream(2), 0.3, 20);
        int[] classes = [.. Rows.Select(row => row.Completion == " no" ? 0 : 1)];
        IReadOnlyList<int[]> parts = DirichletPartition.Of(classes, 400, 0.1, new RandomStream(2));
        Assert.Contains(parts, part => part.Length == 0);
        for (int client = 0; client < 400; client++)
        {
            Assert.Equal(parts[client].Select(i => Rows[i].Prompt).Order(StringComparer.Ordinal), Texts(population, client));
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
        ListSource nobody = new("notes", [new("", "a"), new("", "b")]);
        ListSource many = new("prose", [.. Enumerable.Range(0, 30).Select(i => new TextExample("", $"text {i}"))]);
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

    [Theory]
    [InlineData(0, "0 1 2 3 4 5 6")]
    [InlineData(7, "0 1 2 3 4 5 6")]
    [InlineData(9, "0 1 2 3 4 5 6")]
    [InlineData(3, "0 2 4")]
    [InlineData(1, "0")]
    public void HeldOut_AtMostSoMuch_IsSpread(int most, string expected)
    {
        ListPopulation population = new([], [.. Enumerable.Range(0, 7).Select(i => new TextExample($"{i}", "x"))]);
        Assert.Equal(expected, string.Join(' ', population.HeldOut(0, most).Select(item => item.Prompt)));
    }

    private static string[] Texts(ClientPopulation population, int client) =>
        [.. population.Training(client).Select(row => row.Prompt).Concat(population.HeldOut(client).Select(item => item.Prompt)).Order(StringComparer.Ordinal)];

    private static void AssertApart(ClientPopulation population)
    {
        HashSet<string> learnt = [.. Enumerable.Range(0, population.Count).SelectMany(population.Training).Select(example => example.Prompt)];
        string[] asked = [.. Enumerable.Range(0, population.Count).SelectMany(client => population.HeldOut(client)).Select(item => item.Prompt)];
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Intersect(learnt));
    }

    private sealed class ReadOnce(IExampleSource source) : IExampleSource
    {
        public int Readings { get; private set; }

        public string Name => source.Name;

        public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
        {
            Readings++;
            return source.From(position, leftOut);
        }

        public TextExample At(long position) => source.At(position);
    }
}
