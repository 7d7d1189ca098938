using System.Text.Json;
using Palimpsest.Metrics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Metrics;

/// <summary>BLEU, chrF and TER against sacrebleu, the whole file.</summary>
public sealed class GoldenTranslationTests
{
    public static IEnumerable<TheoryDataRow<string>> File() => Reference.File("mt.json");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(File))]
    public void Translation_File_EqualsReference(string path)
    {
        Reference check = new();
        JsonElement file = Reference.Read(path);
        List<string> hypotheses = [];
        List<string[]> references = [];
        foreach (JsonElement item in file.GetProperty("sentences").EnumerateArray())
        {
            string hypothesis = GoldenData.Text(item, "hypothesis");
            string[] both = Reference.Texts(item.GetProperty("references"));
            hypotheses.Add(hypothesis);
            references.Add(both);
            foreach ((string name, string[] against) in ((string, string[])[])[("one_reference", both[..1]), ("two_references", both)])
            {
                JsonElement expected = item.GetProperty(name);
                BleuOptions options = new() { EffectiveOrder = true };
                Check("bleu_13a_exp_effective", Bleu.Sentence(hypothesis, against).Score);
                Check("bleu_none_floor_effective", Bleu.Sentence(hypothesis, against, options with { Tokenization = BleuTokenization.None, Smoothing = BleuSmoothing.Floor }).Score);
                Check("bleu_char_effective", Bleu.Sentence(hypothesis, against, options with { Tokenization = BleuTokenization.Character }).Score);
                Check("bleu_intl_lower_addk_effective", Bleu.Sentence(
                    hypothesis, against, options with { Tokenization = BleuTokenization.International, Lowercase = true, Smoothing = BleuSmoothing.AddK }).Score);
                Check("chrf", Chrf.Sentence(hypothesis, against));
                Check("chrf_plus_plus", Chrf.Sentence(hypothesis, against, wordOrder: 2));
                Check("ter", Ter.Sentence(hypothesis, against));

                // Scores are up to 100 here, so that 1e-12 of their unit interval is 1e-10.
                void Check(string metric, double actual) => check.Close(expected.GetProperty(metric), actual, $"{hypothesis}: {name} {metric}", 1e-10);
            }
        }

        JsonElement corpus = file.GetProperty("corpus");
        string[][] first = [.. references.Select(both => both[..1])];
        foreach ((string name, string[][] against) in ((string, string[][])[])[("bleu_one_reference", first), ("bleu_two_references", [.. references])])
        {
            JsonElement expected = corpus.GetProperty(name);
            BleuScore score = Bleu.Corpus(hypotheses, against);
            check.Close(expected.GetProperty("score"), score.Score, name, 1e-10);
            check.Close(expected.GetProperty("brevity_penalty"), score.BrevityPenalty, name);
            for (int n = 0; n < 4; n++)
            {
                check.Close(expected.GetProperty("precisions")[n], score.Precisions[n], name, 1e-10);
            }

            if (expected.TryGetProperty("counts", out JsonElement counts))
            {
                check.Same(string.Join(' ', Reference.Integers(counts)), string.Join(' ', score.Matches), name);
                check.Same(string.Join(' ', Reference.Integers(expected.GetProperty("totals"))), string.Join(' ', score.Totals), name);
                check.Same(expected.GetProperty("sys_len").GetInt32(), score.HypothesisLength, name);
                check.Same(expected.GetProperty("ref_len").GetInt32(), score.ReferenceLength, name);
            }
        }

        check.Close(corpus.GetProperty("bleu_no_smoothing"), Bleu.Corpus(hypotheses, first, new BleuOptions { Smoothing = BleuSmoothing.None }).Score, "no smoothing", 1e-10);
        check.Close(corpus.GetProperty("chrf"), Chrf.Corpus(hypotheses, first), "corpus chrf", 1e-10);
        check.Close(corpus.GetProperty("chrf_plus_plus"), Chrf.Corpus(hypotheses, first, wordOrder: 2), "corpus chrf++", 1e-10);
        check.Close(corpus.GetProperty("ter"), Ter.Corpus(hypotheses, first), "corpus ter", 1e-10);
        check.Assert("BLEU, chrF and TER");
    }
}
