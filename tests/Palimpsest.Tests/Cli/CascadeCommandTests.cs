using Palimpsest.Cascades.Recordings;
using Palimpsest.Cli;
using Palimpsest.Tests.Cascades;

namespace Palimpsest.Tests.Cli;

/// <summary>The command over recorded answers.</summary>
public sealed class CascadeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CascadeCommandTests() => RecordingFile.Write(
        _folder.At("answers.jsonl"), Scripted.Recording([.. Enumerable.Range(0, 300).Select(i => i % 10 == 0 ? "aba" : "aaa")]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Calibrate_ThenEvaluate_LeavesOutWhatWasSeen()
    {
        (int code, string said) = Run("cascade", "calibrate", _folder.At("answers.jsonl"), "--limit", "0.05", "--output", _folder.At("c.json"));
        Assert.Equal(0, code);
        Assert.Contains("chosen: 0.5000; the bound of 2.95% holds with 95% confidence", said, StringComparison.Ordinal);
        (code, said) = Run("cascade", "evaluate", _folder.At("answers.jsonl"), "--calibration", _folder.At("c.json"));
        Assert.Equal(0, code);
        Assert.Contains("200 questions, 100 that were calibrated on left out", said, StringComparison.Ordinal);
        Assert.Contains("within the limit", said, StringComparison.Ordinal);
        (code, said) = Run("cascade", "calibrate", _folder.At("answers.jsonl"), "--limit", "0.02", "--output", _folder.At("c.json"));
        Assert.Contains("cannot be certified with n = 100", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--items 400", "holds 300 questions")]
    [InlineData("--tiers m0,m1;m7", "holds no answers of \"m7\"")]
    [InlineData("--rule loud", "there is no rule \"loud\"")]
    [InlineData("--limit 2", "--limit must be")]
    public void Calibrate_WhatDoesNotFit_IsRefused(string arguments, string problem)
    {
        (int code, string said) = Run(["cascade", "calibrate", _folder.At("answers.jsonl"), "--output", _folder.At("c.json"), .. arguments.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_WithPrices_SaysWhatItSaves()
    {
        (int code, string said) = Run("cascade", "replay", _folder.At("answers.jsonl"), "--tune", "50", "--runs", _folder.At("runs"), "--prices",
            "{ m0: { call: 1 }, m1: { call: 1 }, m2: { call: 100 } }");
        Assert.Equal(0, code);
        Assert.Contains("pays below 98.0%", said, StringComparison.Ordinal);
        (code, said) = Run("cascade", "replay", _folder.At("none.jsonl"), "--runs", _folder.At("runs"));
        Assert.Equal(2, code);
        Assert.Contains("none.jsonl", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_ModelsThatChoose_WritesAFileThatCanBeReplayed()
    {
        string[] lines = [.. Enumerable.Range(0, 3).Select(i => $$"""{"prompt": "Question {{i}}: yes or no?", "completion": " yes"}""")];
        _folder.Write("q.jsonl", string.Join('\n', lines));
        (int code, string said) = Run("cascade", "record", _folder.At("q.jsonl"), "--model", "base-v1", "--label", "yes", "--label", "no", "--output",
            _folder.At("r.jsonl"));
        Assert.True(code == 0, said);
        Recording made = RecordingFile.Read(_folder.At("r.jsonl"));
        Assert.Equal(3, made.Items.Count);
        Assert.Equal(64, made.Systems.Single().Identity.Length);
        Assert.All(made.Items, item => Assert.Equal(item.Replies[0].Answer == "yes", item.Right[0]));
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using StringWriter output = new();
        int code = CommandLineHost.Run(arguments, output, output);
        return (code, output.ToString());
    }
}
