using System.Text.Json;
using Palimpsest.Metrics;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Metrics;

/// <summary>The text metrics against the reference libraries, whole files.</summary>
public sealed class GoldenTextTests
{
    public static IEnumerable<TheoryDataRow<string>> RougeFile() => Reference.File("rouge.jsonl");

    public static IEnumerable<TheoryDataRow<string>> PorterFile() => Reference.File("porter.json");

    public static IEnumerable<TheoryDataRow<string>> AnswerFile() => Reference.File("qa.jsonl");

    public static IEnumerable<TheoryDataRow<string>> ContainmentFile() => Reference.File("contains.jsonl");

    public static IEnumerable<TheoryDataRow<string>> AnlsFile() => Reference.File("anls.jsonl");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(RougeFile))]
    public void Rouge_File_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            string target = GoldenData.Text(line, "target"), prediction = GoldenData.Text(line, "prediction");
            foreach (bool stem in (bool[])[false, true])
            {
                JsonElement expected = line.GetProperty(stem ? "stem" : "plain");
                Score(expected.GetProperty("rouge1"), Rouge.N(target, prediction, 1, stem), "1");
                Score(expected.GetProperty("rouge2"), Rouge.N(target, prediction, 2, stem), "2");
                Score(expected.GetProperty("rougeL"), Rouge.L(target, prediction, stem), "L");
                Score(expected.GetProperty("rougeLsum"), Rouge.Lsum(target, prediction, stem), "Lsum");

                void Score(JsonElement wanted, RougeScore score, string kind)
                {
                    string where = $"pair {line.GetProperty("id")} stem {stem} rouge{kind}";
                    check.Close(wanted[0], score.Precision, where);
                    check.Close(wanted[1], score.Recall, where);
                    check.Close(wanted[2], score.F, where);
                }
            }
        }

        check.Assert("ROUGE");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(PorterFile))]
    public void Stem_File_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonProperty pair in Reference.Read(path).GetProperty("stems").EnumerateObject())
        {
            check.Same(pair.Value.GetString(), PorterStemmer.Stem(pair.Name), pair.Name);
        }

        check.Assert("Porter");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(AnswerFile))]
    public void Answers_File_EqualReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            string prediction = GoldenData.Text(line, "prediction"), where = $"answer {line.GetProperty("id")}";
            string[] answers = Reference.Texts(line.GetProperty("answers"));
            check.Same(GoldenData.Text(line, "squad_normalized_prediction"), AnswerNormalizer.Normalize(prediction), where);
            check.Same(GoldenData.Text(line, "nq_normalized_prediction"), AnswerNormalizer.Normalize(prediction, decompose: true), where);
            check.Close(line.GetProperty("em"), AnswerMatch.ExactMatch(prediction, answers), where);
            check.Close(line.GetProperty("em_nq"), AnswerMatch.ExactMatch(prediction, answers, decompose: true), where);
            check.Close(line.GetProperty("f1_v1"), AnswerMatch.F1(prediction, answers), where);
            check.Close(line.GetProperty("f1_v2"), AnswerMatch.F1(prediction, answers, emptyMatches: true), where);
        }

        check.Assert("SQuAD and NQ");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(ContainmentFile))]
    public void Contains_File_EqualsReference(string path)
    {
        Reference check = new();
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            string text = GoldenData.Text(line, "text");
            check.Same(string.Join('|', Reference.Texts(line.GetProperty("tokens"))), string.Join('|', AnswerMatch.ContainmentTokens(text)), text);
            check.Same(line.GetProperty("contains").GetBoolean(), AnswerMatch.Contains(text, Reference.Texts(line.GetProperty("answers"))), text);
        }

        check.Assert("Containment");
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(AnlsFile))]
    public void Anls_File_EqualsReference(string path)
    {
        Reference check = new();
        List<double> usual = [], strict = [];
        foreach (JsonElement line in GoldenData.Lines(path))
        {
            string prediction = GoldenData.Text(line, "prediction"), where = $"answer {line.GetProperty("id")}";
            string[] answers = Reference.Texts(line.GetProperty("answers"));
            double[] similarities = Reference.Numbers(line.GetProperty("similarities"));
            for (int i = 0; i < answers.Length; i++)
            {
                check.Close(similarities[i], Anls.Similarity(prediction, answers[i]), where);
            }

            usual.Add(Anls.Score(prediction, answers));
            strict.Add(Anls.Score(prediction, answers, strict: true));
            check.Close(line.GetProperty("anls"), usual[^1], where);
            check.Close(line.GetProperty("anls_strict_paper"), strict[^1], where);
            check.Close(line.GetProperty("anls_whitespace_squeezed"), Anls.Score(prediction, answers, squeezeSpaces: true), where);
        }

        JsonElement mean = Reference.Read(Path.Combine(Path.GetDirectoryName(path)!, "anls_mean.json"));
        check.Close(mean.GetProperty("mean"), usual.Average(), "mean");
        check.Close(mean.GetProperty("mean_strict_paper"), strict.Average(), "strict mean");
        check.Assert("ANLS");
    }
}
