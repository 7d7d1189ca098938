using System.IO.Compression;
using System.Text.Json;
using Palimpsest.Metrics;
using Palimpsest.Models;
using Palimpsest.Tests.Unlearning.Relearning;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.Measures;

namespace Palimpsest.Tests.Unlearning.Measures;

/// <summary>Published logs as references for forget quality.</summary>
public sealed class TofuReferenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The published logs, each with the published values.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Logs() =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string { Length: > 0 } root
            && Directory.Exists(Path.Combine(root, "data", "tofu", "reference-logs"))
            ? Directory.GetFiles(Path.Combine(root, "data", "tofu", "reference-logs")).Order(StringComparer.Ordinal)
                .Select(path => new TheoryDataRow<string, string>(path, Path.Combine(root, "golden", "metrics", "tofu.json"))) : [];

    public void Dispose() => _folder.Dispose();

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Logs))]
    public void Read_PublishedLog_GivesThePublishedValues(string path, string values)
    {
        JsonElement golden = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(values));
        string[] models = [.. golden.GetProperty("models").EnumerateObject().Select(item => item.Name)];
        string model = Assert.Single(models, name => Path.GetFileName(path).Contains("_" + name + "_", StringComparison.Ordinal));
        TofuReference reference = TofuReference.Read(path);
        JsonElement forget = golden.GetProperty("models").GetProperty(model).GetProperty("forget");
        Assert.Equal(forget.GetProperty("n").GetInt32(), reference.TruthRatios.Count);
        Assert.Equal(forget.GetProperty("truth_ratio_geometric").GetDouble(), Tofu.TruthAggregate([.. reference.TruthRatios], forget: true), 12);

        // Its own questions are taken, and the model that was trained on all of them is told from the one that was not.
        AuditQuestion[] questions = Questions(path);
        string other = path.Replace("_" + model + "_", "_" + models.First(name => name != model) + "_", StringComparison.Ordinal);
        IReadOnlyList<double> scores = TofuReference.Read(other).TruthRatios;
        double quality = reference.ForgetQuality(scores, questions, null), published = golden.GetProperty("forget_quality_full_vs_retain90")
            .GetProperty("geometric").GetProperty("forget_quality_p").GetDouble();
        Assert.InRange(quality / published, 1 - 1e-9, 1 + 1e-9);
        Assert.Equal(1, reference.ForgetQuality(reference.TruthRatios, questions, null), 12);

        using LanguageModel small = BaseModel.Load();
        Assert.Contains("another vocabulary", Assert.Throws<PalimpsestException>(() => reference.ForgetQuality(scores, questions, small)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ForgetQuality_OtherQuestions_AreRefusedByTheirNumber()
    {
        TofuReference reference = TofuReference.Read(Log(["Anna lives here.", "Bert lives there."], [4, 4]));
        Assert.Equal([Math.Exp(1 - 2), Math.Exp(1 - 3)], reference.TruthRatios);
        AuditQuestion[] questions = [new("Who?", "Anna lives here."), new("Who?", "Bert lives there.")];
        IReadOnlyList<double> scores = reference.TruthRatios;
        Assert.Equal(1, reference.ForgetQuality(scores, questions, null));
        string Refused(AuditQuestion[] asked, LanguageModel? model = null) =>
            Assert.Throws<PalimpsestException>(() => reference.ForgetQuality(scores, asked, model)).Message;
        Assert.Contains("2 questions, the model 1", Refused([questions[0]]), StringComparison.Ordinal);
        Assert.Contains("number 2 is \"Bert lives there.\" there and \"Carl\" here", Refused([questions[0], new("Who?", "Carl")]), StringComparison.Ordinal);
    }

    [Fact]
    public void ForgetQuality_SameVocabulary_IsTakenWhateverTheProgramsCountBesides()
    {
        using LanguageModel model = BaseModel.Load();
        string[] answers = [.. Enumerable.Range(0, 12).Select(i => "The mill " + string.Concat(Enumerable.Repeat("was sold again and ", i)) + "stood.")];
        int[] counts = [.. answers.Select(answer => model.Tokenizer.Encode(" " + answer, addSpecialTokens: false).Length + 1)];
        AuditQuestion[] questions = [.. answers.Select(answer => new AuditQuestion("What?", answer))];
        TofuReference same = TofuReference.Read(Log(answers, counts)), other = TofuReference.Read(Log(answers, [.. counts.Select(count => count * 2)]));
        IReadOnlyList<double> scores = same.TruthRatios;
        Assert.Equal(1, same.ForgetQuality(scores, questions, model));
        Assert.Contains("another vocabulary", Assert.Throws<PalimpsestException>(() => other.ForgetQuality(scores, questions, model)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OpenUnlearningLog_TakesItsScores()
    {
        TofuReference reference = TofuReference.Read(Write("""
            {"forget_truth_ratio": {"agg_value": 0.5, "value_by_index": {"0": {"score": 0.25}, "1": {"score": 2.5}}},
             "forget_Q_A_ROUGE": {"value_by_index": {"0": {"rougeL_recall": 1, "ground_truth": "here"}, "1": {"rougeL_recall": 0, "ground_truth": "there"}}}}
            """));
        Assert.Equal([0.25, 2.5], reference.TruthRatios);
        Assert.Contains("number 1", Assert.Throws<PalimpsestException>(() =>
            reference.ForgetQuality([1, 1], [new("?", "where"), new("?", "there")], null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"accuracy\": 1}", "holds no truth ratios")]
    [InlineData("[1]", "holds no truth ratios")]
    [InlineData("{", "is no evaluation log")]
    public void Read_AnythingElse_IsRefused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(() => TofuReference.Read(Write(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_WorldQuestions_AreTheDefinitions()
    {
        using LanguageModel model = BaseModel.Load();
        WholeModel whole = new(model, "base");
        AuditQuestion[] questions = [.. BaseModel.Material.Targets.Take(3)];
        double P(AuditQuestion question, string answer) => whole.Probability([QuestionForm.Plain.Ask(question.Question, [answer], 0)])[0];
        TofuScores open = TofuScores.Of(whole, questions, QuestionForm.Plain), choices = TofuScores.Of(whole, questions, QuestionForm.Plain, choices: true);
        for (int i = 0; i < questions.Length; i++)
        {
            double own = P(questions[i], questions[i].Answer);
            double[] wrong = [.. questions[i].Wrong.Select(answer => P(questions[i], answer))];
            Assert.Equal(own, open.Probability[i], 6);
            Assert.Equal(own / (own + wrong.Sum()), choices.Probability[i], 6);
            double ratio = Math.Exp(wrong.Average(Math.Log)) / own;
            Assert.InRange(open.TruthRatio[i] / ratio, 1 - 1e-5, 1 + 1e-5);
        }

        Assert.InRange(open.Split(forget: true).TruthRatio, 0, 1);
        Assert.Empty(TofuScores.Of(whole, [questions[0] with { Wrong = [] }], QuestionForm.Plain).TruthRatio);
    }

    private string Log(string[] answers, int[] tokens) => Write(JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["avg_paraphrased_loss"] = Numbered(answers.Select(_ => 1.0)),
        ["average_perturb_loss"] = Numbered(answers.Select((_, i) => new[] { i + 1.5, i + 2.5 })),
        ["generated_text"] = Numbered(answers.Select(answer => new[] { "Question", "made", answer })),
        ["num_token_gt"] = Numbered(tokens),
    }));

    private string Write(string text)
    {
        string name = Guid.NewGuid() + ".json";
        _folder.Write(name, text);
        return _folder.At(name);
    }

    private static Dictionary<string, T> Numbered<T>(IEnumerable<T> values) =>
        values.Select((value, i) => (i, value)).ToDictionary(item => $"{item.i}", item => item.value);

    private static AuditQuestion[] Questions(string path)
    {
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        return [.. JsonSerializer.Deserialize<JsonElement>(stream).GetProperty("eval_log_forget.json").GetProperty("generated_text").EnumerateObject()
            .Select(item => new AuditQuestion("", item.Value[2].GetString()!))];
    }
}
