using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Tests.Models;

namespace Palimpsest.Tests.Cascades;

/// <summary>Recorded answers in every form, what is refused in them, and calibrations made on them.</summary>
public sealed class RecordingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_ReadAgain_IsTheSame()
    {
        Recording made = new("x", [new("small", "1f"), new("large", "2e")], [new RecordedItem
        {
            Question = "What is \"2 + 2\"?\n",
            Level = "easy",
            Replies =
            [
                new MemberReply
                {
                    Answer = "4",
                    Score = 0.7,
                    Verified = 0.5,
                    Checks = new CallUsage { InputTokens = 40, OutputTokens = 8, Operations = 3 },
                    Probabilities = new LabelProbabilities(["4", "5"], [0.7, 0.3]),
                    Usage = new CallUsage { InputTokens = 5, OutputTokens = 1, Money = 0.001, Operations = 1e12, Seconds = 0.25 },
                },
                MemberReply.Failed("no answer within 1 s"),
            ],
            Right = [true, false],
        }]);
        RecordingFile.Write(_folder.At("r.jsonl"), made);
        Recording read = RecordingFile.Read(_folder.At("r.jsonl"));
        Assert.Equal(made.Systems, read.Systems);
        RecordedItem was = made.Items[0], now = read.Items[0];
        Assert.Equal((was.Question, was.Level), (now.Question, now.Level));
        Assert.Equal(was.Right, now.Right);
        Assert.Equal(was.Replies[0].Usage, now.Replies[0].Usage);
        Assert.Equal(was.Replies[0].Probabilities!.Values, now.Replies[0].Probabilities!.Values);
        Assert.Equal((0.7, 0.5), (now.Replies[0].Score, now.Replies[0].Verified));
        Assert.Equal(was.Replies[0].Checks, now.Replies[0].Checks);
        Assert.Equal(("", "no answer within 1 s"), (now.Replies[1].Answer, now.Replies[1].Failure));
    }

    [Fact]
    public void Read_PublishedForms_TakesTheAnswersOutOfSolutions()
    {
        _folder.Write("routes.csv", "prompt,small,large,small_response,large_response\n\"a, b?\",True,False,so 1 + 1 = 2.,It is 3\n");
        _folder.Write("gsm8k.jsonl", """{"question": "q", "6b": {"is_correct": false, "solution": "9 * 2\nA: 26"}, "175b": {"is_correct": true, """
            + """ "solution": "A: 18"}, "ground_truth": "A: 18"}""" + "\n");
        _folder.Write("samples.jsonl", """{"question": "q", "level": "Level 3", "pred": ["420", "7"], "score": [true, false], """
            + """ "pred_score": [[0.5, 3.5], [1.25]]}""" + "\n");
        Recording routes = RecordingFile.Read(_folder.At("routes.csv")), gsm8k = RecordingFile.Read(_folder.At("gsm8k.jsonl"));
        Recording samples = RecordingFile.Read(_folder.At("samples.jsonl"));
        Assert.Equal(["small", "large"], routes.Systems.Select(system => system.Name));
        Assert.Equal(["2", "3"], routes.Items[0].Replies.Select(reply => reply.Answer));
        Assert.Equal([true, false], routes.Items[0].Right);
        Assert.Equal(["26", "18"], gsm8k.Items[0].Replies.Select(reply => reply.Answer));
        Assert.Equal(["sample-1", "sample-2"], samples.Systems.Select(system => system.Name));
        Assert.Equal([3.5, 1.25], samples.Items[0].Replies.Select(reply => reply.Score!.Value));
        Assert.Equal("Level 3", samples.Items[0].Level);
    }

    [Theory]
    [InlineData("a.csv", "question,small\nq,True\n", "NAME_response")]
    [InlineData("a.csv", "prompt,small,small_response,other\nq,True,1,x\n", "the column \"other\" belongs to no system")]
    [InlineData("a.csv", "prompt,small,small_response\nq,maybe,1\n", "row 1: column \"small\" says \"maybe\"")]
    [InlineData("a.jsonl", "{\"question\": \"q\"}\n", "line 1: no recorded answers")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"calls\": {\"a\": {\"answer\": \"x\", \"right\": true}}}\n{\"question\": \"r\", \"calls\": {}}\n",
        "line 2: no answer of \"a\"")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"calls\": {\"a\": {\"answer\": \"x\", \"rihgt\": true}}}\n", "did you mean \"right\"")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"calls\": {\"a\": {\"answer\": \"x\"}}}\n", "true or false")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"calls\": {\"a\": {\"answer\": \"x\", \"right\": true, \"checks\": {\"token\": 1}}}}\n",
        "\"a.checks\" has a key")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"pred\": [\"1\"], \"score\": []}\n", "one of each for every sample")]
    [InlineData("a.jsonl", "", "holds no answers")]
    public void Read_BadFile_SaysWhatAndWhere(string name, string text, string problem)
    {
        _folder.Write(name, text);
        Assert.Contains(problem, Assert.Throws<PalimpsestException>(() => RecordingFile.Read(_folder.At(name))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calibration_OtherModelsOrItsOwnQuestions_IsRefused()
    {
        Recording recording = Scripted.Recording([.. Enumerable.Repeat("aaa", 120)]);
        IReadOnlyList<IReadOnlyList<RecordedSystem>> tiers = [[recording.Systems[0], recording.Systems[1]], [recording.Systems[2]]];
        CalibrationFile made = new()
        {
            Tiers = tiers,
            Rule = AgreementRule.Vote,
            Certificate = new Certificate(new CertificateOptions(), [new TierCertificate { Threshold = 1, Items = 100, Confidence = 0.95, Smallest = 0.03,
                Needed = 59 }]),
            Items = [.. recording.Items.Take(100).Select(item => item.Hash)],
        };
        made.Write(_folder.At("c.json"));
        CalibrationFile read = CalibrationFile.Read(_folder.At("c.json"));
        Assert.Equal(Enumerable.Range(100, 20), read.Unseen(tiers, AgreementRule.Vote, recording));
        Assert.Equal([1.0], read.Certificate.Thresholds);
        Refused("these very questions", () => read.Unseen(tiers, AgreementRule.Vote, recording with { Items = [.. recording.Items.Take(100)] }));
        Refused("calibrate anew", () => read.Unseen(tiers, AgreementRule.Score, recording));
        Refused("calibrate anew", () => read.Unseen([[recording.Systems[0], new("m1", "retrained")], [recording.Systems[2]]], AgreementRule.Vote, recording));
        _folder.Write("c.json", "{}");
        Refused("no calibration that can be read", () => CalibrationFile.Read(_folder.At("c.json")));
    }

    [Fact]
    public void Calibration_Semantic_IsBoundToItsEncoder()
    {
        Recording recording = Scripted.Recording([.. Enumerable.Repeat("aaa", 120)]);
        IReadOnlyList<IReadOnlyList<RecordedSystem>> tiers = [[recording.Systems[0], recording.Systems[1]], [recording.Systems[2]]];
        using TemporaryFolder bert = new();
        SentenceEncoderTests.Prepare(bert);
        using AnswerVectors vectors = AnswerVectors.Load(bert.Path, TestContexts.F32());
        CalibrationFile made = CascadeCalibration.Calibrate(recording, [], AgreementRule.Semantic, 100, new CertificateOptions(), 7, vectors);
        Assert.Equal(1, made.Certificate.Thresholds[0]!.Value, 5); // the same answers have the same vectors
        Assert.Contains(CascadeCalibration.Evaluate(made, recording, vectors), line => line.StartsWith("right: 100.0%", StringComparison.Ordinal));
        Refused("asked for with no encoder", () => made.Unseen(tiers, AgreementRule.Semantic, recording));
        Refused("calibrate anew", () => made.Unseen(tiers, AgreementRule.Semantic, recording, new RecordedSystem("another", "1f")));
        Refused("holds one model twice (m0 and m0)", () => CascadeCalibration.Calibrate(recording, [["m0", "m0"], ["m2"]], AgreementRule.Vote, 100, new(), 7));
        Recording renamed = recording with { Systems = [new("m0", "1f"), new("m1", "1f"), recording.Systems[2]] };
        Refused("(m0 and m1)", () => CascadeCalibration.Calibrate(renamed, [["m0", "m1"], ["m2"]], AgreementRule.Vote, 100, new(), 7));
        Refused("needs sentence vectors", () => CascadeCalibration.Calibrate(recording, [], AgreementRule.Semantic, 100, new CertificateOptions(), 7));
    }

    [Fact]
    public void Kept_KilledBetweenTwoSystems_AsksOnlyTheSecondAgain()
    {
        Recording both = Scripted.Recording("ab", "aa");
        Recording Only(int system) => both with
        {
            Systems = [both.Systems[system]],
            Items = [.. both.Items.Select(item => item with { Replies = [item.Replies[system]], Right = [item.Right[system]] })],
        };
        KeptAnswers kept = new(_folder.At("answers"));
        int asked = 0;
        Assert.NotNull(kept.Of("m0", () => Only(0)));
        Assert.Null(kept.Of("m1", () => null)); // told to stop
        Recording first = kept.Of("m0", () => throw new InvalidOperationException("asked again"))!, second = kept.Of("m1", () =>
        {
            asked++;
            return Only(1);
        })!;
        Recording joined = Recording.Join("both", [first, second]);
        Assert.Equal(1, asked);
        Assert.Equal(both.Systems, joined.Systems);
        Assert.Equal(both.Items.SelectMany(item => item.Replies).Select(reply => reply.Answer), joined.Items.SelectMany(item => item.Replies).Select(reply =>
            reply.Answer));
        kept.Clear();
        Assert.False(Directory.Exists(_folder.At("answers")));
    }

    private static void Refused(string word, Action action) => Assert.Contains(word, Assert.Throws<PalimpsestException>(action).Message,
        StringComparison.Ordinal);
}
