using System.Security.Cryptography;
using System.Text;
using Palimpsest.Common;
using Palimpsest.Runs;

namespace Palimpsest.Tests.Runs;

public sealed class RunFolderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Create_NewFolder_HoldsRecipeStateAndLock()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root["runs"], "finetune", "kind: finetune\n", new Clock(Noon));
        Assert.Equal(root["runs/20260131-120000-finetune"], run.Path);
        Assert.Equal("kind: finetune\n", File.ReadAllText(run.RecipePath));

        RunInfo info = RunFolder.Read(run.Path);
        Assert.Equal(RunStatus.Running, info.Status);
        Assert.Equal("finetune", info.Kind);
        Assert.Equal(Noon, info.Started);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("kind: finetune\n"u8)), info.RecipeSha256);
        Assert.NotEqual("unknown", info.Version);
        Assert.True(info.Hardware!.Cores > 0);
        Assert.True(info.Hardware.MemoryGb > 0);
        string json = File.ReadAllText(Path.Combine(run.Path, "run.json"));
        Assert.Contains("\"status\": \"running\"", json, StringComparison.Ordinal);
        Assert.Contains("\"recipe_sha256\":", json, StringComparison.Ordinal);
        Assert.Contains("\"claim_rules_sha256\": null", json, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.MachineName, System.Text.Json.JsonSerializer.Serialize(info.Hardware), StringComparison.Ordinal);
    }

    [Fact]
    public void SetInputs_WhenTheRunGoesOn_KeepsTheFirstAndRefusesAChangedOneByName()
    {
        using TemporaryFolder root = new();
        AtomicFile.WriteText(root["data.csv"], "first");
        string path;
        using (RunFolder run = RunFolder.Create(root["my runs"], "finetune", "kind: finetune\n"))
        {
            path = run.Path;
            run.SetInputs(new Dictionary<string, RunInput> { ["data"] = RunInput.Of(root["data.csv"]) });
        }

        string first = RunFolder.Read(path).Inputs["data"].Sha256;
        using (RunFolder run = RunFolder.Open(path))
        {
            run.SetInputs(new Dictionary<string, RunInput> { ["data"] = RunInput.Of(root["data.csv"]), ["model"] = new("m", "00") });
            AtomicFile.WriteText(root["data.csv"], "second");
            string message =
                Assert.Throws<PalimpsestException>(() => run.SetInputs(new Dictionary<string, RunInput> { ["data"] = RunInput.Of(root["data.csv"]) })).Message;
            Assert.Contains("data.csv: is not the data that the run began with", message, StringComparison.Ordinal);
            Assert.EndsWith($"palimpsest run '{run.RecipePath}'", message, StringComparison.Ordinal);
        }

        Assert.Equal(first, RunFolder.Read(path).Inputs["data"].Sha256);
        Assert.Equal("00", RunFolder.Read(path).Inputs["model"].Sha256);
    }

    [Fact]
    public void Read_FileThatNoRunWrites_IsRefusedWithoutReadingItWhole()
    {
        using TemporaryFolder root = new();
        string path;
        using (RunFolder run = RunFolder.Create(root["runs"], "finetune", "kind: finetune\n"))
        {
            path = run.Path;
        }

        using (FileStream file = new(Path.Combine(path, "run.json"), FileMode.Open))
        {
            file.SetLength(1L << 40); // takes no room on the disk
        }

        Assert.Contains("has more than 256 MiB", Assert.Throws<PalimpsestException>(() => RunFolder.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OnUnix_IsPrivate()
    {
        if (OperatingSystem.IsWindows())
            return;

        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        run.AppendMetrics(new Dictionary<string, double> { ["loss"] = 1 }, 1);
        foreach (string folder in (string[])[run.Path, run.Checkpoints, run.Artifacts])
            Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(folder));
        foreach (string file in Directory.GetFiles(run.Path))
            Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(file));
    }

    [Fact]
    public void Create_EightThreadsAtTheSameSecond_GetEightFolders()
    {
        using TemporaryFolder root = new();
        for (int round = 0; round < 20; round++)
        {
            string runs = root[$"runs{round}"];
            RunFolder[] made = new RunFolder[8];
            using Barrier start = new(made.Length);
            Thread[] threads = [.. Enumerable.Range(0, made.Length).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                made[i] = RunFolder.Create(runs, "race", $"seed: {i}", new Clock(Noon));
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            Assert.Equal(8, made.Select(run => run.Path).Distinct().Count());
            for (int i = 0; i < made.Length; i++)
                Assert.Equal($"seed: {i}", File.ReadAllText(made[i].RecipePath));
            Assert.Equal(8, RunFolder.List(runs).Count);
            Array.ForEach(made, run => run.Dispose());
        }
    }

    [Fact]
    public void Open_WhileAnotherHoldsTheLock_IsRefused()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        Assert.Contains("another process works on this run", Assert.Throws<PalimpsestException>(() => RunFolder.Open(run.Path)).Message, StringComparison.Ordinal);
        run.Dispose();
        using RunFolder again = RunFolder.Open(run.Path);
        Assert.Equal(RunStatus.Running, again.Info.Status);
    }

    [Fact]
    public void Open_NoRunFolder_IsRefused()
    {
        using TemporaryFolder root = new();
        Assert.Contains("no run folder", Assert.Throws<PalimpsestException>(() => RunFolder.Open(root.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("no run folder", Assert.Throws<PalimpsestException>(() => RunFolder.Open(root["missing"])).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(root.Path));
    }

    [Fact]
    public void Open_EndedRun_RunsAgainUnlessItIsFinished()
    {
        using TemporaryFolder root = new();
        using (RunFolder run = RunFolder.Create(root.Path, "finetune", ""))
            run.Finish(RunStatus.Failed, "disk full");
        string path = RunFolder.List(root.Path)[0].Path;
        Assert.Equal("disk full", RunFolder.Read(path).Problem);
        using (RunFolder run = RunFolder.Open(path))
        {
            Assert.Equal((RunStatus.Running, null, null), (run.Info.Status, run.Info.Ended, run.Info.Problem));
            run.Finish(RunStatus.Finished);
        }

        using RunFolder last = RunFolder.Open(path);
        Assert.Equal(RunStatus.Finished, last.Info.Status);
        Assert.NotNull(last.Info.Ended);
    }

    [Fact]
    public void List_MixedFolder_ShowsRunsNewestFirstAndInterruptedOnes()
    {
        using TemporaryFolder root = new();
        Assert.Empty(RunFolder.List(root["missing"]));
        using RunFolder old = RunFolder.Create(root.Path, "first", "", new Clock(Noon));
        using RunFolder killed = RunFolder.Create(root.Path, "second", "", new Clock(Noon.AddHours(1)));
        using RunFolder done = RunFolder.Create(root.Path, "third", "", new Clock(Noon.AddHours(2)));
        killed.Dispose();
        done.Finish(RunStatus.Finished);
        done.Dispose();
        Directory.CreateDirectory(root["notes"]);
        Directory.CreateDirectory(root["damaged"]);
        AtomicFile.WriteText(root["damaged/run.json"], "{");

        IReadOnlyList<RunListing> runs = RunFolder.List(root.Path);
        Assert.Equal(["third", "second", "first"], runs.Select(run => run.Info.Kind));
        Assert.Equal([RunStatus.Finished, RunStatus.Interrupted, RunStatus.Running], runs.Select(run => run.Info.Status));
    }

    [Fact]
    public void Read_RunJsonCutAnywhere_IsAClearError()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        string file = Path.Combine(run.Path, "run.json");
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length < whole.Length - 2; length += 7)
        {
            AtomicFile.Write(file, stream => stream.Write(whole.AsSpan(0, length)));
            Assert.Contains("run.json", Assert.Throws<PalimpsestException>(() => RunFolder.Read(run.Path)).Message, StringComparison.Ordinal);
        }

        run.Dispose();
        Assert.Throws<PalimpsestException>(() => RunFolder.Open(run.Path));
        AtomicFile.Write(file, stream => stream.Write(whole));
        RunFolder.Open(run.Path).Dispose();
    }

    [Fact]
    public void Update_EveryField_SurvivesTheFile()
    {
        using TemporaryFolder root = new();
        Directory.CreateDirectory(root["inputs"]);
        AtomicFile.WriteText(root["inputs/data.jsonl"], "x");
        using RunFolder run = RunFolder.Create(root["runs"], "finetune", "");
        run.Update(info => info with
        {
            Title = "Zoë's \"first\" <run> + more",
            Seeds = [1, 2, long.MinValue],
            Inputs = new Dictionary<string, RunInput> { ["data"] = RunInput.Of(root["inputs/data.jsonl"]), ["folder"] = RunInput.Of(root["inputs"]) },
            ClaimRulesSha256 = "00ff",
            Figures = new Dictionary<string, double> { ["loss"] = 0.1, ["ratio"] = double.PositiveInfinity, ["broken"] = double.NaN },
        });
        RunInfo read = RunFolder.Read(run.Path);
        Assert.Equal(run.Info.ToJson(), read.ToJson());
        Assert.Equal("Zoë's \"first\" <run> + more", read.Title);
        Assert.True(double.IsNaN(read.Figures["broken"]));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("x"))), read.Inputs["data"].Sha256);
        Assert.Contains("there is no such file", Assert.Throws<PalimpsestException>(() => RunInput.Of(root["missing"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_ThatFails_ChangesNothing()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "");
        string before = File.ReadAllText(Path.Combine(run.Path, "run.json"));
        Assert.Throws<InvalidOperationException>(() => run.Update(_ => throw new InvalidOperationException()));
        Assert.Throws<ArgumentException>(() => run.Finish(RunStatus.Running));
        Assert.Equal(before, File.ReadAllText(Path.Combine(run.Path, "run.json")));
        Assert.Equal(RunStatus.Running, run.Info.Status);
    }

    [Fact]
    public void Create_WhereNothingCanBeWritten_IsAClearError()
    {
        using TemporaryFolder root = new();
        AtomicFile.WriteText(root["file"], "");
        Assert.Contains("choose another folder", Assert.Throws<PalimpsestException>(() => RunFolder.Create(root["file"], "finetune", "")).Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
            Assert.Contains("/proc/runs", Assert.Throws<PalimpsestException>(() => RunFolder.Create("/proc/runs", "finetune", "")).Message, StringComparison.Ordinal);
        Assert.Contains("small letters", Assert.Throws<PalimpsestException>(() => RunFolder.Create(root.Path, "../evil", "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_HomeFolder_IsShortened()
    {
        Assert.Equal("--out=~/runs", RunArguments.Shorten("--out=/home/ada/runs", "/home/ada"));
        Assert.Equal("/home/adam/runs", RunArguments.Shorten("/home/adam/runs", "/home/ada"));
        Assert.Equal("/a/b", RunArguments.Shorten("/a/b", "/"));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
