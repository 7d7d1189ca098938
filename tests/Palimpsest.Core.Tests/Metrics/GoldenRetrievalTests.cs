using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Palimpsest.Metrics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Metrics;

/// <summary>BM25 over 300 documents of the Cranfield collection, and trec_eval's measures, whole files.</summary>
public sealed partial class GoldenRetrievalTests
{
    private static readonly Dictionary<string, Bm25Options> s_variants = new()
    {
        ["lucene_k0.9_b0.4"] = new() { K1 = 0.9, B = 0.4 },
        ["lucene_k1.2_b0.75"] = new(),
        ["okapi_lucene_idf_k1.5_b0.75"] = new() { Variant = Bm25Variant.LuceneScaled, K1 = 1.5 },
        ["rank_bm25_okapi"] = new() { Variant = Bm25Variant.Okapi, K1 = 1.5 },
        ["rank_bm25_l"] = new() { Variant = Bm25Variant.L, K1 = 1.5, AsRankBm25 = true },
        ["rank_bm25_plus"] = new() { Variant = Bm25Variant.Plus, K1 = 1.5, AsRankBm25 = true },
        ["lucene_net_4.8_lossy_norms_emulated_k1.2_b0.75"] = new() { Variant = Bm25Variant.LuceneNet },
    };

    public static IEnumerable<TheoryDataRow<string>> Bm25File() => Reference.File("bm25.json");

    public static IEnumerable<TheoryDataRow<string>> MeasureFile() => Reference.File("retrieval.json");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Bm25File))]
    public void Bm25_File_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        string[][] documents = [.. Documents()];
        check.Same(300, documents.Length, "documents");
        foreach ((string name, Bm25Options options) in s_variants)
        {
            Bm25Index index = new(documents, options);
            check.Close(file.GetProperty("average_length"), index.AverageLength, "average length");
            check.Same(file.GetProperty("vocabulary").GetInt32(), index.Vocabulary, "vocabulary");
            check.Same(string.Join(' ', Reference.Integers(file.GetProperty("lengths"))), string.Join(' ', index.Lengths), "lengths");
            foreach (JsonProperty term in file.GetProperty("document_frequency_sample").EnumerateObject())
            {
                check.Same(term.Value.GetInt32(), index.DocumentFrequency(term.Name), term.Name);
            }

            foreach (JsonElement query in file.GetProperty("queries").EnumerateArray())
            {
                IReadOnlyList<string> tokens = Bm25Index.Tokenize(GoldenData.Text(query, "query"), Bm25Tokens.Ascii);
                string where = $"{name} query {GoldenData.Text(query, "id")}";
                check.Same(string.Join(' ', Reference.Texts(query.GetProperty("tokens"))), string.Join(' ', tokens), where);
                JsonElement[] expected = [.. query.GetProperty(name).EnumerateArray()];
                IReadOnlyList<Bm25Hit> hits = index.Search(tokens, 20);
                check.Same(expected.Length, hits.Count, where);
                for (int i = 0; i < Math.Min(expected.Length, hits.Count); i++)
                {
                    check.Same(expected[i][0].GetString(), (hits[i].Document + 1).ToString(CultureInfo.InvariantCulture), $"{where} rank {i + 1}");
                    check.Close(expected[i][1], hits[i].Score, $"{where} rank {i + 1}", 0, 1e-9);
                }
            }
        }

        double[] lossy = Reference.Numbers(file.GetProperty("lossy_lengths"));
        for (int i = 0; i < lossy.Length; i++)
        {
            check.Close(lossy[i], Bm25Index.LossyLength(documents[i].Length), $"lossy length of document {i + 1}");
        }

        check.Assert("BM25");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(MeasureFile))]
    public void RankedRun_File_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        foreach (JsonElement item in file.GetProperty("synthetic").EnumerateArray())
        {
            RankedRun run = new(item.GetProperty("run").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble()), Grades(item.GetProperty("qrels")));
            foreach (JsonProperty measure in item.GetProperty("trec_eval").EnumerateObject().Concat(item.GetProperty("exponential_gain").EnumerateObject()))
            {
                check.Close(measure.Value, Measure(run, measure.Name), measure.Name);
            }
        }

        Dictionary<string, Dictionary<string, int>> judgements = Judgements();
        JsonElement rankings = Reference.Read(Path.Combine(Path.GetDirectoryName(path)!, "bm25.json")).GetProperty("queries");
        foreach (JsonProperty variant in file.GetProperty("cranfield").EnumerateObject())
        {
            Dictionary<string, RankedRun> runs = rankings.EnumerateArray().ToDictionary(
                query => GoldenData.Text(query, "id"),
                query => new RankedRun(query.GetProperty(variant.Name).EnumerateArray().ToDictionary(hit => hit[0].GetString()!, hit => hit[1].GetDouble()), judgements[GoldenData.Text(query, "id")]));
            foreach (JsonProperty query in variant.Value.GetProperty("per_query").EnumerateObject())
            {
                foreach (JsonProperty measure in query.Value.EnumerateObject())
                {
                    check.Close(measure.Value, Measure(runs[query.Name], measure.Name), $"{variant.Name} query {query.Name} {measure.Name}");
                }
            }

            foreach (JsonProperty measure in variant.Value.GetProperty("mean").EnumerateObject())
            {
                check.Close(measure.Value, runs.Values.Average(run => Measure(run, measure.Name)), $"{variant.Name} {measure.Name}");
            }
        }

        check.Assert("Retrieval");
    }

    private static double Measure(RankedRun run, string name)
    {
        int depth = int.TryParse(name[(name.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;
        return name switch
        {
            "map" => run.AveragePrecision(),
            "Rprec" => run.RPrecision,
            "bpref" => run.BinaryPreference,
            "recip_rank" => run.ReciprocalRank,
            "ndcg" => run.Ndcg(),
            _ when name.StartsWith("P_", StringComparison.Ordinal) => run.Precision(depth),
            _ when name.StartsWith("recall_", StringComparison.Ordinal) => run.Recall(depth),
            _ when name.StartsWith("ndcg_cut_", StringComparison.Ordinal) => run.Ndcg(depth),
            _ when name.StartsWith("ndcg_exp_gain_", StringComparison.Ordinal) => run.Ndcg(depth, exponential: true),
            _ when name.StartsWith("map_cut_", StringComparison.Ordinal) => run.AveragePrecision(depth),
            _ when name.StartsWith("success_", StringComparison.Ordinal) => run.Success(depth),
            _ => throw new InvalidOperationException(name),
        };
    }

    private static Dictionary<string, int> Grades(JsonElement qrels) => qrels.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());

    private static IEnumerable<string[]> Documents()
    {
        string text = File.ReadAllText(GoldenData.Find("data", "cranfield", "cran.all.1400.xml")!);
        return TextElement().Matches(text).Take(300).Select(match =>
            Bm25Index.Tokenize(WebUtility.HtmlDecode(match.Groups["body"].Value), Bm25Tokens.Ascii).ToArray());
    }

    private static Dictionary<string, Dictionary<string, int>> Judgements() => File.ReadLines(GoldenData.Find("data", "cranfield", "cranqrel.trec.txt")!)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(parts => parts.Length == 4 && int.Parse(parts[2], CultureInfo.InvariantCulture) is >= 1 and <= 300)
        .GroupBy(parts => parts[0])
        .ToDictionary(query => query.Key, query => query.GroupBy(parts => parts[2]).ToDictionary(d => d.Key, d => int.Parse(d.Last()[3], CultureInfo.InvariantCulture)));

    [GeneratedRegex("<text>(?<body>.*?)</text>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex TextElement();
}
