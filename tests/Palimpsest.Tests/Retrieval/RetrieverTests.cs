using Palimpsest.Data.Retrieval;
using Palimpsest.Metrics;
using Palimpsest.Models;
using Palimpsest.Retrieval;

namespace Palimpsest.Tests.Retrieval;

/// <summary>Ranking by words and by vectors; the real encoder against the figures of its folder's README, where PALIMPSEST_DATA names a folder that holds both.</summary>
public sealed class RetrieverTests
{
    public static TheoryData<string, string, double[], double> Collections()
    {
        TheoryData<string, string, double[], double> rows = [];
        if (Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && Directory.Exists(Path.Combine(root, "models", "all-minilm-l6-v2")))
        {
            rows.Add(root, "cranfield", [0.4001, 0.4164, 0.3511, 0.5381], 0.00005);

            // 126 of the 2,655 passages occur twice to four times. The reference ranks equal ones by the last bits of its vectors, which moves single questions (0.0004 each).
            rows.Add(root, "nq-open", [0.9455, 0.9940, 0.8802, 0.9290], 0.0005);
        }

        return rows;
    }

    [Fact]
    public void Lexical_StemsOrNot_FindsTheSharedWord()
    {
        string[] documents = ["the wings of planes", "a plane flies", "nothing here"];
        Assert.Equal([1], Documents(new LexicalRetriever(documents), "plane"));
        Assert.Equal([1, 0], Documents(new LexicalRetriever(documents, stem: true), "plane"));
    }

    [Theory]
    [InlineData(Bm25Tokens.Words)]
    [InlineData(Bm25Tokens.Ascii)]
    public void Lexical_QueriesInAnyScript_FindTheirWordsOrAreSaid(Bm25Tokens tokens)
    {
        string[] documents = ["das öl brennt", "l und l", "день длинный"], queries = ["Öl", "ДЕНЬ", "?!"];
        Bm25Options options = new() { Tokens = tokens };
        List<string> said = [];
        IReadOnlyList<IReadOnlyList<(int Document, double Score)>> hits = new LexicalRetriever(documents, options, say: said.Add).Search(queries, 10);
        int[][] expected = tokens == Bm25Tokens.Words ? [[0], [2], []] : [[1, 0], [], []];
        Assert.Equal(expected, hits.Select(query => query.Select(hit => hit.Document).ToArray()));
        Assert.Contains(tokens == Bm25Tokens.Words
            ? "bm25: 1 of 3 queries have no word to search for and find nothing, the first of them query 3 (\"?!\")." : "2 of 3 queries", Assert.Single(said),
            StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => new LexicalRetriever(documents, options).Search(queries, 10));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Collections))]
    public void Dense_RealEncoder_ReachesTheReferencesFigures(string root, string name, double[] expected, double tolerance)
    {
        RetrievalCollection collection = name == "cranfield"
            ? TrecCollection.Read(At("cran.all.1400.xml"), At("cran.qry.xml"), At("cranqrel.trec.txt"), runningNumbers: true)
            : QuestionPassages.Read(At("nq-open-oracle.jsonl.gz"));
        using SentenceEncoder encoder = SentenceEncoder.Load(Path.Combine(root, "models", "all-minilm-l6-v2"), TestContexts.F32());
        IReadOnlyList<IReadOnlyList<(int Document, double Score)>> hits = new DenseRetriever([.. collection.Documents.Select(document => document.Text)], encoder).Search([.. collection.Queries.Select(query => query.Text)], 10);
        RankedRun[] runs = [.. collection.Queries.Select((query, i) => new RankedRun(hits[i].ToDictionary(hit => collection.Documents[hit.Document].Id, hit => hit.Score, StringComparer.Ordinal), collection.Judgements[query.Id]))];
        double[] measured = [runs.Average(run => run.Ndcg(10)), runs.Average(run => run.Recall(10)), runs.Average(run => run.Precision(1)), runs.Average(run => run.ReciprocalRank)];
        Assert.All(measured.Zip(expected), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));

        string At(string file) => Path.Combine(root, "data", name, file);
    }

    private static IEnumerable<int> Documents(IRetriever retriever, string query) => retriever.Search([query], 10)[0].Select(hit => hit.Document);
}
