using Palimpsest.Data;
using Palimpsest.Data.Worlds;

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

    public static SsaeTexts Of(SsaeDataSection data, long seed) => data.Corpus is null ? World(data, seed) : Files(data);

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

    private static SsaeTexts Files(SsaeDataSection data)
    {
        string[] all = [.. Read(data.Corpus!).Take(data.Documents + data.Test)], seeds = [.. Read(data.SeedFile!)
            .Take(data.TestFile is null ? data.Seeds + data.Test : data.Seeds)];
        string[] domain = data.TestFile is null ? [.. seeds.Where((_, i) => i % 2 == 1)] : [.. Read(data.TestFile).Take(data.Test)];
        string[] kept = data.TestFile is null ? [.. seeds.Where((_, i) => i % 2 == 0)] : seeds;
        int test = Math.Min(data.Test, all.Length / 5);
        if (kept.Length < 2 || domain.Length < 2)
        {
            throw new PalimpsestException($"{data.SeedFile}: {kept.Length} documents are left as seeds and {domain.Length} to measure on; each must be at "
                + $"least 2. A domain is not described "
                + "by one document: add some, or name a test_file.");
        }

        return all.Length < 10 ? throw new PalimpsestException($"{data.Corpus}: holds {all.Length} texts, in which nothing can be searched. Take a larger "
            + $"corpus.") : new SsaeTexts
        {
            Corpus = all[test..],
            Seeds = kept,
            DomainTest = domain,
            GeneralTest = all[..test],
        };
    }

    /// <summary>The texts of a file of any known kind: prompt and completion as one.</summary>
    internal static IEnumerable<string> Read(string path) => ExampleFile.Open(path).From(0).Select(item => item.Example.Prompt + item.Example.Completion);
}
