using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Tests.Models;

namespace Palimpsest.Tests.Cascades;

/// <summary>Cascades through the job: live on the world, and on recorded answers.</summary>
public sealed class CascadeJobTests : IDisposable
{
    private const string Live = "data: { train: 120, tune: 40, calibrate: 60, test: 80, blots: [0, 0.6] }\nevaluate: { splits: 5 }\nmodel: { threads: 1 }\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Live_ComparesAllPoliciesOnTheSameAnswers()
    {
        string folder = Run(Live);
        CascadeResult result = RunFolder.ResultOf<CascadeResult>(folder);
        string[] arms = [.. result.Arms.Select(arm => arm.Name)];
        Assert.Superset(new HashSet<string>
        {
            "agreement", "agreement-score", "woc", "mot", "frugal", "router-logistic", "router-factors", "random", "oracle", "oracle-router", "single-best",
                "first-tier",
            "last-tier", "unanimous", "control-duplicated", "control-dear",
        }, arms.ToHashSet(StringComparer.Ordinal));
        Assert.All(result.Arms, arm => Assert.Equal(80, arm.Right.Count));
        Assert.Equal("multiply-adds", result.Unit);

        // Exactly as many by lot as by agreement.
        Assert.Equal(result.Arm("agreement")!.Reach, result.Arm("random")!.Reach);

        // A tier of one model three times passes nothing on, and members at half the price of the large model save nothing.
        CascadeArmResult duplicated = result.Arm("control-duplicated")!, last = result.Arm("last-tier")!;
        Assert.Equal(0, result.Arm("oracle")!.Right.Zip(result.Arm("agreement")!.Right, (most, some) => most < some ? 1 : 0).Sum());
        Assert.True(result.Arm("control-dear")!.Cost > last.Cost);
        Assert.Equal(0, duplicated.Deferred);
        Assert.Equal(["0% blotted out", "60% blotted out"], result.Levels.Select(level => level.Level));
        string report = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("Accuracy against cost", report, StringComparison.Ordinal);
        Assert.Contains("(modelled)", report, StringComparison.Ordinal);

        // What was recorded gives the same figures again.
        string again = Run("data: { tune: 40, calibrate: 60 }\nevaluate: { splits: 5 }\n" + $"method: {{ tiers: [[words, letters, pairs], [base-v1]] }}\n",
            $"data.file={CascadeJob.RecordingOf(folder)}");
        Assert.Equal(result.Arm("agreement")!.Right, RunFolder.ResultOf<CascadeResult>(again).Arm("agreement")!.Right);
    }

    [Fact]
    public void Run_Texts_AsksBagsOfWordsVectorsAndAnEncoder()
    {
        using TemporaryFolder bert = new();
        SentenceEncoderTests.Prepare(bert);
        RandomStream random = new(3, "texts");
        string Text(int row) => string.Join(' ', Enumerable.Range(0, 6).Select(_ => $"t{10 + (2 * random.NextInt(5)) + (row % 2)}").Append($"t{30 + row % 7}"));
        _folder.Write("texts.csv", string.Concat(Enumerable.Range(0, 320).Select(row => $"{(row % 2 == 0 ? "even" : "odd")},{Text(row)}\n")));
        string recipe = $"data: {{ task: texts, file: {_folder.At("texts.csv")}, columns: {{ header: [kind, text], prompt: text, completion: kind }}, "
            + $"train: 120, tune: 30, calibrate: 60, test: 80 }}\nmodel: {{ name: {bert.Path}, threads: 1 }}\nevaluate: {{ splits: 5 }}\n"
            + $"train: {{ epochs: 1, learning_rate: 1e-3, max_length: 6 }}\n";
        string name = Path.GetFileName(bert.Path), folder = Run($"{recipe}method: {{ tiers: [[words, letters, vectors-5], [{name}]] }}\n");
        CascadeResult result = RunFolder.ResultOf<CascadeResult>(folder);
        Assert.Equal(80, result.Arm("agreement")!.Right.Count);
        Assert.True(result.Systems.Single(system => system.Name == "words").Accuracy > 0.9);
        Assert.True(result.Systems.Single(system => system.Name == "vectors-5").Accuracy > 0.6);
        Assert.False(Directory.Exists(Path.Combine(folder, "checkpoints")));

        // Every classifier is known by its weights.
        Recording recording = RecordingFile.Read(CascadeJob.RecordingOf(folder));
        Assert.Equal(recording.Systems.Count, recording.Systems.Select(system => system.Identity).Distinct().Count());
        Assert.All(recording.Systems, system => Assert.Matches("^[0-9a-f]{64}", system.Identity));
        foreach ((string change, string problem) in new[] { ("tiers: [[words, lettres], [words-large]]", "Did you mean \"letters\""), ("rule: vote", "") })
        {
            string wrong = problem.Length == 0 ? recipe.Replace("train: 120", "train: 1200", StringComparison.Ordinal) : recipe;
            Assert.Contains(problem.Length == 0 ? "different texts" : problem,
                Assert.Throws<PalimpsestException>(() => Run($"{wrong}method: {{ {change} }}\n")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Run_Facts_ChecksItsOwnAnswersAndBillsThatToAutoMixAlone()
    {
        string folder = Run("data: { task: facts, tune: 40, calibrate: 60, test: 60 }\nevaluate: { splits: 5 }\nmodel: { threads: 1 }\n"
            + "train: { epochs: 2, batch_size: 32, learning_rate: 2e-3 }\nmethod: { rule: token-overlap }\n");
        CascadeResult result = RunFolder.ResultOf<CascadeResult>(folder);
        Assert.Superset(new HashSet<string> { "agreement", "woc", "mot", "automix-threshold", "automix-pomdp", "frugal" },
            result.Arms.Select(arm => arm.Name).ToHashSet(StringComparer.Ordinal));
        Recording recording = RecordingFile.Read(CascadeJob.RecordingOf(folder));
        int small = recording.PlaceOf("shallow-1");
        Assert.Contains(recording.Items, item => item.Replies[small].Verified is > 0);
        Assert.All(recording.Items.Where(item => item.Replies[small].Answer.Length > 0), item => Assert.NotNull(item.Replies[small].Checks));

        // The first tier without its checks costs less than one of its members with them.
        Assert.True(result.Arm("automix-threshold")!.Cost > result.Arm("first-tier")!.Cost);
        Assert.True(result.Systems.Single(system => system.Name == "base-v1").Accuracy > 0.3);
    }

    [Fact]
    public void Run_Recorded_SaysWhatCannotBeCertified()
    {
        RecordingFile.Write(_folder.At("answers.jsonl"), Scripted.Recording([.. Enumerable.Repeat("aaa", 50), .. Enumerable.Repeat("aba", 20),
            .. Enumerable.Repeat("bba", 10)]));
        CascadeResult result = RunFolder.ResultOf<CascadeResult>(Run("data: { tune: 0, calibrate: 40 }\n", $"data.file={_folder.At("answers.jsonl")}"));
        CascadeArmResult agreement = result.Arm("agreement")!;
        Assert.Contains("cannot be certified with n = 40", agreement.Shortfalls.Single(), StringComparison.Ordinal);
        Assert.Equal(1, agreement.Deferred);
        Assert.Contains(result.LeftOut, reason => reason.StartsWith("mot", StringComparison.Ordinal));
        Assert.Contains(result.LeftOut, reason => reason.StartsWith("frugal", StringComparison.Ordinal)); // nothing to learn from but the calibration
        Assert.Equal("units of money", result.Unit);
    }

    [Theory]
    [InlineData("data: { calibrate: 90 }", "none is left to count")]
    [InlineData("data: { tune: 0, calibrate: 40 }\nmethod: { tiers: [[m0, m9], [m2]] }", "Did you mean")]
    [InlineData("data: { tune: 0, calibrate: 40 }\nmethod: { tiers: [[m0, m0], [m2]] }", "holds a model twice")]
    [InlineData("data: { tune: 0, calibrate: 40 }\ncosts: { prices: { m0: { call: 1 } } }", "has none for m1, m2")]
    [InlineData("data: { tune: 0, calibrate: 40 }\nmethod: { rule: semantic }", "Name a folder in method.encoder")]
    [InlineData("data: { task: facts }", "take no file")]
    [InlineData("data: { columns: { prompt: a } }", "columns belong to task: texts")]
    [InlineData("train: { epochs: 2 }", "model and train have no part")]
    [InlineData("costs: { hourly: [0.5] }", "there are 2 tiers")]
    [InlineData("costs: { table: nowhere.csv }", "nowhere.csv: there is no such file")]
    [InlineData("costs: { table: prices.csv, prices: { m0: { call: 1 } } }", "two lists of the same")]
    public void Run_WhatDoesNotFit_IsRefused(string recipe, string problem)
    {
        RecordingFile.Write(_folder.At("answers.jsonl"), Scripted.Recording([.. Enumerable.Repeat("aaa", 80)]));
        Assert.Contains(problem, Assert.Throws<PalimpsestException>(() => Run(recipe + "\n", $"data.file={_folder.At("answers.jsonl")}")).Message,
            StringComparison.Ordinal);
    }

    private string Run(string recipe, params string[] overrides)
    {
        JobRunner runner = new([new CascadeJob()], new SilentLog());
        return runner.Start(RecipeReader.Parse<CascadeRecipe>("schema: 1\nkind: cascade\n" + recipe, "test", overrides), _folder.At("runs")).Folder;
    }

    private sealed class SilentLog : IJobLog
    {
        public void Say(string sentence)
        {
        }

        public void Progress(JobProgress progress)
        {
        }
    }
}
