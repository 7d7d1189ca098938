using CsCheck;
using Palimpsest.Metrics;

namespace Palimpsest.Tests.Metrics;

public sealed class RetrievalTests
{
    private static readonly Gen<string[]> s_document = Gen.OneOf("a", "b", "c", "d", "e").Array[0, 9];

    [Fact]
    public void Search_AnyCollection_EqualsBruteForce() =>
        Gen.Select(s_document.Array[1, 12], Gen.OneOf("a", "b", "c", "x").Array[0, 4], Gen.Enum<Bm25Variant>(), Gen.Bool).Sample((documents, query, variant, package) =>
        {
            Bm25Options options = new() { Variant = variant, K1 = 1.3, B = 0.6, AsRankBm25 = package };
            Bm25Index index = new(documents, options);
            Bm25Hit[] expected =
            [
                .. documents.Select((_, i) => new Bm25Hit(i, query.Sum(term => Score(documents, documents[i], term, options)))).Where(hit => hit.Score > 1e-9)
                    .OrderByDescending(hit => Math.Round(hit.Score, 9)).ThenBy(hit => hit.Document),
            ];
            Bm25Hit[] actual = [.. index.Search(query, 100).Where(hit => hit.Score > 1e-9).OrderByDescending(hit => Math.Round(hit.Score, 9)).ThenBy(hit => hit.Document)];
            Assert.Equal(expected.Select(hit => hit.Document), actual.Select(hit => hit.Document));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-9));
        });

    [Fact]
    public void Search_FewerHits_AreTheBestOfMore() => Gen.Select(s_document.Array[1, 12], Gen.Int[1, 5]).Sample((documents, count) =>
    {
        Bm25Index index = new(documents);
        Assert.Equal(index.Search(["a", "b"], 100).Take(count), index.Search(["a", "b"], count));
    });

    [Fact]
    public void Search_OneOfTwoDocuments_HasTheHandComputedScore()
    {
        Bm25Index index = new([["red", "red", "barn"], ["old", "mill"]]);
        Bm25Hit hit = Assert.Single(index.Search(["red", "cow"], 5));

        // ln(1 + 1.5 / 1.5) · 2 / (2 + 1.2 (0.25 + 0.75 · 3 / 2.5))
        Assert.Equal(Math.Log(2) * 2 / (2 + (1.2 * (0.25 + (0.75 * 3 / 2.5)))), hit.Score, 1e-12);
        Assert.Equal((0, 1, 0), (hit.Document, index.DocumentFrequency("red"), index.DocumentFrequency("cow")));
        Assert.Empty(new Bm25Index([]).Search(["red"], 5));
        Assert.Empty(new Bm25Index([[], []]).Search(["red"], 5));
        Assert.Throws<PalimpsestException>(() => new Bm25Index([], new Bm25Options { B = 2 }));
    }

    [Theory]
    [InlineData(139, 163.84), InlineData(197, 256.0), InlineData(25, 28.444444444444443), InlineData(336, 455.1111111111111), InlineData(1, 1.0)]
    public void LossyLength_KnownLength_EqualsTheTable(int length, double expected) => Assert.Equal(expected, Bm25Index.LossyLength(length), 1e-9);

    [Fact]
    public void Measures_HandMadeRun_HaveHandComputedValues()
    {
        // Ranked c, b, a (ties by descending identifier), d; judged a 2, b 0, d 1, and z 1 which is not found.
        RankedRun run = new(new Dictionary<string, double> { ["a"] = 1, ["b"] = 1, ["c"] = 1, ["d"] = 0.5 }, new Dictionary<string, int> { ["a"] = 2, ["b"] = 0, ["d"] = 1, ["z"] = 1 });
        Assert.Equal(1 / 3.0, run.ReciprocalRank, 1e-12);
        Assert.Equal(((1 / 3.0) + (2 / 4.0)) / 3, run.AveragePrecision(), 1e-12);
        Assert.Equal(1 / 3.0, run.RPrecision, 1e-12);
        Assert.Equal(2 / 3.0, run.Recall(10), 1e-12);
        Assert.Equal(0.2, run.Precision(10), 1e-12);
        double best = 2 + (1 / Math.Log2(3)) + (1 / Math.Log2(4));
        Assert.Equal(((2 / Math.Log2(4)) + (1 / Math.Log2(5))) / best, run.Ndcg(), 1e-12);
        Assert.Equal(0, new RankedRun(new Dictionary<string, double> { ["a"] = 1 }, new Dictionary<string, int>()).Ndcg());
        Assert.Throws<PalimpsestException>(() => new RankedRun(new Dictionary<string, double> { ["a"] = double.NaN }, new Dictionary<string, int>()));
    }

    [Fact]
    public void Measures_AnyRun_AreBoundedAndPerfectInTheBestOrder() =>
        Gen.Select(Gen.Int[-1, 3].Array[1, 20], Gen.Int[-3, 3].Array[20], Gen.Int[1, 25]).Sample((grades, scores, depth) =>
        {
            Dictionary<string, int> judgements = grades.Select((grade, i) => ($"d{i}", grade)).ToDictionary();
            RankedRun run = new(scores.Select((score, i) => ($"d{i}", (double)score)).ToDictionary(), judgements), best = new(judgements.ToDictionary(p => p.Key, p => (double)p.Value), judgements);
            foreach (Func<RankedRun, double> measure in (Func<RankedRun, double>[])[r => r.AveragePrecision(), r => r.Ndcg(depth), r => r.Ndcg(depth, true), r => r.BinaryPreference, r => r.ReciprocalRank, r => r.RPrecision])
            {
                Assert.InRange(measure(run), 0, 1 + 1e-12);
                Assert.Equal(run.Relevant == 0 ? 0 : 1, measure(best), 1e-12);
            }

            Assert.True(run.Recall(depth) <= run.Recall(depth + 1));
            Assert.True(run.AveragePrecision(depth) <= run.AveragePrecision());
        });

    // The formulas of the variants over the raw documents.
    [Theory]
    [InlineData("The dog's 3rd-best RUN", "the dog s 3rd best run")]
    [InlineData("Über ÖL, a\u0308hre Straße STRASSE", "über öl ähre strasse strasse")]
    [InlineData("Ещё ОДИН день", "ещё один день")]
    [InlineData("ΟΔΟΣ οδός", "οδοσ οδόσ")]
    [InlineData("हिन्दी में", "हिन्दी में")]
    [InlineData("北京abc 東京2020", "北 京 abc 東 京 2020")]
    [InlineData("かがく ﾃﾞｰﾀ", "か が く デ ー タ")]
    [InlineData("ที่ไป", "ที่ ไ ป")]
    [InlineData("می\u200Cخواهم co\u00ADop", "میخواهم coop")]
    [InlineData("x² ﬁn \U00010400", "x2 fin \U00010428")]
    [InlineData("?! …", "")]
    public void Tokenize_AnyScript_GivesItsWords(string text, string words) => Assert.Equal(words, string.Join(' ', Bm25Index.Tokenize(text)));

    [Theory]
    [InlineData("Öl brennt", "l brennt")]
    [InlineData("Ещё", "")]
    public void Tokenize_ClassicRule_KnowsOnlyAscii(string text, string words) =>
        Assert.Equal(words, string.Join(' ', Bm25Index.Tokenize(text, Bm25Tokens.Ascii)));

    [Fact]
    public void Tokenize_Ascii_IsTheSameByBothRules() =>
        Gen.String[Gen.Char[' ', '~'], 0, 40].Sample(text =>
            Assert.Equal(Bm25Index.Tokenize(text, Bm25Tokens.Ascii, stem: true), Bm25Index.Tokenize(text, stem: true)));

    private static double Score(string[][] documents, string[] document, string term, Bm25Options o)
    {
        double all = documents.Length, with = documents.Count(d => d.Contains(term)), f = document.Count(t => t == term), average = documents.Average(d => d.Length);
        double length = o.Variant == Bm25Variant.LuceneNet && document.Length > 0 ? Bm25Index.LossyLength(document.Length) : document.Length;
        double norm = 1 - o.B + (average > 0 ? o.B * length / average : 0), usual = f * (o.K1 + 1) / (f + (o.K1 * norm)), lucene = Math.Log(1 + ((all - with + 0.5) / (with + 0.5)));
        bool everywhere = o.AsRankBm25 && o.Variant == Bm25Variant.Plus;
        if (with == 0 || (f == 0 && !everywhere))
        {
            return 0;
        }

        double[] robertson = [.. documents.SelectMany(d => d).Distinct().Select(t => Robertson(documents.Count(d => d.Contains(t))))];
        return o.Variant switch
        {
            Bm25Variant.Lucene => lucene * usual / (o.K1 + 1),
            Bm25Variant.Okapi => (Robertson(with) < 0 ? 0.25 * robertson.Average() : Robertson(with)) * usual,
            Bm25Variant.L => Math.Log((all + 1) / (with + 0.5)) * (o.AsRankBm25 ? f : 1) * (o.K1 + 1) * ((f / norm) + 0.5) / (o.K1 + (f / norm) + 0.5),
            Bm25Variant.Plus => Math.Log((all + 1) / with) * (1 + usual),
            _ => lucene * usual,
        };

        double Robertson(double n) => Math.Log((all - n + 0.5) / (n + 0.5));
    }
}
