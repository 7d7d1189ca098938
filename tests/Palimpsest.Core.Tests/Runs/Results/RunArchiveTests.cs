using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Results;

namespace Palimpsest.Tests.Runs.Results;

public sealed class RunArchiveTests
{
    private static readonly Claim Better = new()
    {
        Id = "better",
        Says = "Ours | is <better>.",
        Metric = "accuracy",
        Compare = new ClaimComparison { Arm = "ours", With = "theirs", As = ClaimFigure.Difference, At = new Dictionary<string, string> { ["owners"] = "64" } },
        HoldsIf = new ClaimRule { LowerBound = Threshold.Parse("> 0", null) },
    };

    private static readonly Claim Faster = Better with { Id = "faster", Says = "Ours is faster.", Metric = "speed" };

    [Fact]
    public void Of_RunOfSeveralSeeds_KeepsWhatItFoundAndWhereItCameFrom()
    {
        using TemporaryFolder root = new();
        string run = Finished(root, [3, 5], "run", "recipes/a.yaml", "--set", "seeds=[3,5]", "--set=train.steps=2");
        RunArchive.Of(run).Write(root["kept/one.json"]);
        RunArchive read = RunArchive.Read(root["kept/one.json"]);
        Assert.Equal("recipes/a.yaml", read.Recipe);
        Assert.Equal(["seeds=[3,5]", "train.steps=2"], read.Overrides);
        Assert.Equal([3L, 5L], read.Seeds);
        Assert.Equal("abc", read.Inputs["data"]);
        Assert.Equal(0.5, read.Results["5"].GetProperty("values")[1].GetDouble());
        Assert.Equal([Verdict.Reproduced, Verdict.NotReproduced], read.Claims.Select(verdict => verdict.Verdict));
        Assert.Equal(RunFolder.Read(run).ClaimRulesSha256, read.ClaimRulesSha256);
        Assert.DoesNotContain(root.Path, File.ReadAllText(root["kept/one.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RunOfOneSeedWithoutRecipeFile_IsNamedByItsKind()
    {
        using TemporaryFolder root = new();
        RunArchive archive = RunArchive.Of(Finished(root, [7], "finetune", "data.jsonl"));
        Assert.Equal("test", archive.Recipe);
        Assert.Equal("7", Assert.Single(archive.Results).Key);
    }

    [Fact]
    public void Of_RecipeFromElsewhere_IsNamedWithoutItsFolder()
    {
        using TemporaryFolder root = new();
        foreach (string recipe in (string[])[root["private/a.yaml"], "~/private/a.yaml"])
        {
            Assert.Equal("a.yaml", RunArchive.Of(Finished(root, [7], "--verbose", "run", "--set", "data.file=x.yaml", "--set=b.yaml", recipe)).Recipe);
        }
    }

    [Fact]
    public void Of_UnfinishedRun_SaysHowToGoOn()
    {
        using TemporaryFolder root = new();
        string path;
        using (RunFolder run = RunFolder.Create(root.Path, "test", "kind: test\n"))
        {
            path = run.Path;
            run.Finish(RunStatus.Stopped);
        }

        Assert.Equal(path, Assert.Throws<UnfinishedRunException>(() => RunArchive.Of(path)).Folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"recipe\": \"a\"}")]
    [InlineData("{\"recipe\": \"a\", \"version\": \"1\", \"seeds\": [1], \"results\": null}")]
    [InlineData("{\"recipe\": \"a\", \"version\": \"1\", \"seeds\": [1], \"results\": {}, \"claims\": [null]}")]
    public void Read_SomethingElse_IsAClearError(string text)
    {
        using TemporaryFolder root = new();
        AtomicFile.WriteText(root["x.json"], text);
        string message = Assert.Throws<PalimpsestException>(() => RunArchive.Read(root["x.json"])).Message;
        Assert.Contains("x.json", message, StringComparison.Ordinal);
        Assert.Contains("no archived run", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_ClaimsThatHeldAndFailed_StandSideBySide()
    {
        using TemporaryFolder root = new();
        RunArchive archive = RunArchive.Of(Finished(root, [3, 5], "run", "recipes/a.yaml", "--set", "seeds=[3,5]"));
        archive.Write(root["kept/one.json"]);
        (archive with { ClaimRulesSha256 = new string('0', 64) }).Write(root["kept/two.json"]);
        (archive with { ClaimRulesSha256 = null, Claims = [] }).Write(root["kept/zero.json"]);
        string page = ResultsPage.Of(root["kept"]);
        Assert.Contains("3 runs, 4 claims: 2 reproduced; 2 not reproduced.", page, StringComparison.Ordinal);
        Assert.Contains("| Ours \\| is &lt;better>. | **reproduced** | 0.50 [0.25, 0.75], 95% interval | accuracy: ours minus theirs, at owners 64 | lower bound > 0 at 95%, paired by seed, 3 seeds at least |", page, StringComparison.Ordinal);
        Assert.Contains("| Ours is faster. | **not reproduced** | none: Because. |", page, StringComparison.Ordinal);
        Assert.Contains("Changed on the command line: `seeds=[3,5]`.", page, StringComparison.Ordinal);
        Assert.Contains("[raw results](kept/one.json)", page, StringComparison.Ordinal);
        Assert.Contains("makes no claims", page, StringComparison.Ordinal);
        Assert.Single(page.Split('\n'), line => line.Contains("do not have the hash", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_OfNoFolder_SaysHowToStart()
    {
        using TemporaryFolder root = new();
        Assert.Contains("Archive a finished run into it first.", Assert.Throws<PalimpsestException>(() => ResultsPage.Of(root["none"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CommittedPage_IsTheOneOfTheCommittedArchives()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Palimpsest.slnx")))
        {
            root = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(root))!;
        }

        Assert.Equal(ResultsPage.Of(Path.Combine(root, "docs", "results")), File.ReadAllText(Path.Combine(root, "docs", "results.md")).ReplaceLineEndings("\n"));
    }

    private static string Finished(TemporaryFolder root, long[] seeds, params string[] arguments)
    {
        using RunFolder run = RunFolder.Create(root.Path, "test", "kind: test\n");
        foreach (long seed in seeds)
        {
            if (seeds.Length == 1)
            {
                run.WriteResult(new { Values = new[] { 0.25, 0.5 } });
                continue;
            }

            using RunFolder part = RunFolder.OpenOrCreate(RunFolder.OfSeed(run.Path, seed), "test", "kind: test\n");
            part.WriteResult(new { Values = new[] { 0.25, 0.5 } });
            part.Finish(RunStatus.Finished);
        }

        ClaimsFile.Write(run.ClaimsPath, [new ClaimVerdict(Better, Verdict.Reproduced, new Interval(0.5, 0.25, 0.75), 3, "Because."), new ClaimVerdict(Faster, Verdict.NotReproduced, null, 3, "Because.")]);
        run.Update(info => info with
        {
            Arguments = arguments,
            Seeds = seeds,
            ClaimRulesSha256 = ClaimRules.Hash([Better, Faster]),
            Inputs = new Dictionary<string, RunInput> { ["data"] = new(root["data.jsonl"], "abc") },
        });
        run.Finish(RunStatus.Finished);
        return run.Path;
    }
}
