using Palimpsest.Data;
using Palimpsest.Data.Retrieval;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The texts of a specialisation. What is measured on is never in the corpus.</summary>
internal sealed record SsaeTexts
{
    /// <summary>What passages are searched in.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    /// <summary>Whether each passage belongs to the domain; null where that is unknown.</summary>
    public IReadOnlyList<bool>? OfDomain { get; init; }

    public required IReadOnlyList<string> Seeds { get; init; }

    public required IReadOnlyList<string> DomainTest { get; init; }

    public required IReadOnlyList<string> GeneralTest { get; init; }

    /// <summary>The domain's test documents with their labels, where these are known.</summary>
    public IReadOnlyList<TopicDocument>? Labelled { get; init; }

    public static SsaeTexts Of(SsaeDataSection data, long seed) => data.Corpus is null ? World(data, seed) : Files(data, seed);

    private static SsaeTexts World(SsaeDataSection data, long seed)
    {
        TopicStream stream = new(seed, data.RareShare), rare = new(unchecked(seed + 1), 1), general = new(unchecked(seed + 2), 0);
        TopicDocument[] corpus = [.. Enumerable.Range(0, data.Documents).Select(i => stream.Document(i))];
        TopicDocument[] test = [.. Enumerable.Range(0, data.Test).Select(i => rare.HeldOut(i))];
        return new SsaeTexts
        {
            Corpus = [.. corpus.Select(document => document.Text)],
            OfDomain = [.. corpus.Select(document => document.IsRare)],
            Seeds = [.. Enumerable.Range(0, data.Seeds).Select(i => rare.Document(i).Text)],
            DomainTest = [.. test.Select(document => document.Text)],
            GeneralTest = [.. Enumerable.Range(0, data.Test).Select(i => general.HeldOut(i).Text)],
            Labelled = test,
        };
    }

    private static SsaeTexts Files(SsaeDataSection data, long seed)
    {
        string[] own = [.. Read(data.SeedFile!)], all = [.. Read(data.Corpus!).Take(data.Documents + data.Test)];
        string[] seeds = [.. own.Take(data.Seeds)];
        string[] domain = [.. (data.TestFile is null ? own.Skip(data.Seeds) : Read(data.TestFile)).Take(data.Test)];
        int test = Math.Min(data.Test, all.Length / 5);
        if (seeds.Length < 2 || domain.Length < 2)
        {
            throw new PalimpsestException($"{data.SeedFile}: {seeds.Length} documents are seeds and {domain.Length} are left to measure on; each must be at "
                + $"least 2. A domain is not "
                + "described by one document: add some, take fewer seeds, or name a test_file.");
        }

        if (all.Length < 10)
        {
            throw new PalimpsestException($"{data.Corpus}: holds {all.Length} texts, in which nothing can be searched. Take a larger corpus.");
        }

        (string Text, bool Own)[] corpus = [.. all[test..].Select(text => (text, false))];
        if (data.HideRest)
        {
            IEnumerable<string> rest = own.Skip(data.Seeds + (data.TestFile is null ? data.Test : 0)).Take(data.Hidden ?? int.MaxValue);
            corpus = [.. corpus, .. rest.Select(text => (text, true))];
            new RandomStream(seed, "ssae", "corpus").Shuffle(corpus.AsSpan());
        }

        return new SsaeTexts
        {
            Corpus = [.. corpus.Select(item => item.Text)],
            OfDomain = data.HideRest ? [.. corpus.Select(item => item.Own)] : null,
            Seeds = seeds,
            DomainTest = domain,
            GeneralTest = all[..test],
        };
    }

    /// <summary>The texts of a file of any known kind: prompt and completion as one; of a file in TREC's tags its documents.</summary>
    internal static IEnumerable<string> Read(string path) => Path.GetExtension(path).Equals(".xml", StringComparison.OrdinalIgnoreCase)
        ? TrecCollection.Documents(path).Select(document => document.Text)
        : ExampleFile.Open(path, new ExampleFileOptions { CanSkipBad = false }).From(0).Select(item => item.Example.Prompt + item.Example.Completion);
}
