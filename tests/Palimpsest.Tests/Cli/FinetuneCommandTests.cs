using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Tests.Cli;

public sealed class FinetuneCommandTests
{
    [Fact]
    public void Finetune_WithoutArgumentsButSmall_LearnsReportsAndListsItself()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run(["finetune", "--steps", "40", .. CommandProcess.Small]);
        Assert.True(code == 0, output + error);
        Assert.Contains("the owner's facts, four-way choice", output, StringComparison.Ordinal);
        string run = command.OnlyRun();
        Assert.Contains(Path.Combine("runs", Path.GetFileName(run), "report.html"), output, StringComparison.Ordinal);
        string report = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("four-way choice", report, StringComparison.Ordinal);
        Assert.Contains("examples_per_fact: 4", report, StringComparison.Ordinal);
        Assert.Contains("optimizer state", report, StringComparison.Ordinal);
        Assert.Contains("Memory: weights 4 MB, gradients 4 MB, optimizer state 8 MB; ", output, StringComparison.Ordinal);

        JsonElement result = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "artifacts", "result.json"))).RootElement;
        double Perplexity(string when) => result.GetProperty(when).EnumerateArray().Single(m => m.GetProperty("metric").GetString() == "general_perplexity").GetProperty("numerators").EnumerateArray().Sum(x => x.GetDouble());
        Assert.NotEqual(Perplexity("before"), Perplexity("after"));
        IReadOnlyList<MetricsRow> metrics = RunFolder.ReadMetrics(run);
        Assert.Equal(40, metrics.Count(row => row.Values.ContainsKey("loss")));
        Assert.Equal(Palimpsest.Torch.ProcessMemory.Allocated is not null, metrics.Any(row => row.Values.ContainsKey("memory_forward")));
        double[] losses = [.. metrics.Where(row => row.Values.ContainsKey("held_out_loss")).Select(row => row.Values["held_out_loss"])];
        Assert.True(losses[^1] < 0.7 * losses[0], $"{losses[0]} -> {losses[^1]}");

        (code, output, _) = command.Run("runs");
        Assert.Equal(0, code);
        Assert.Contains("finished", output, StringComparison.Ordinal);
        (code, output, _) = command.Run("report", run);
        Assert.Equal(0, code);
        Assert.Contains("report.html", output, StringComparison.Ordinal);
        (code, output, _) = command.Run("results", run, "--as", "small", "--folder", "kept");
        Assert.Equal(0, code);
        Assert.Contains("kept.md", output, StringComparison.Ordinal);
        Assert.Contains("[raw results](kept/small.json)", File.ReadAllText(Path.Combine(command.Folder, "kept.md")), StringComparison.Ordinal);
        (code, _, error) = command.Run("results", run);
        Assert.NotEqual(0, code);
        Assert.Contains("--as NAME", error, StringComparison.Ordinal);
        (code, output, _) = command.Run("generate", "--model", Path.Combine(run, "artifacts", "model"), "--tokens", "5", "Question: Where");
        Assert.Equal(0, code);
        Assert.StartsWith("Question: Where", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Finetune_FileWithLabels_ComparesWithBaselinesAndHidesTheOwnersText()
    {
        using CommandProcess command = new();
        string[] lines = [.. Enumerable.Range(0, 120).Select(i => JsonSerializer.Serialize(new { prompt = $"secretword{i} {(i % 3 == 0 ? "good" : "bad")} thing\nAnswer:", completion = i % 3 == 0 ? " yes" : " no" }))];
        string data = command.Write("data.jsonl", string.Join('\n', lines));
        (int code, string output, string error) = command.Run("finetune", "--data", data, "--steps", "3", "--batch-size", "4", "--threads", "1");
        Assert.True(code == 0, output + error);
        Assert.Contains("choice among the labels", output, StringComparison.Ordinal);
        string run = command.OnlyRun();
        string report = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("bag-of-words logistic regression", report, StringComparison.Ordinal);
        Assert.DoesNotContain("secretword", report, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(Path.Combine(run, "artifacts"), "*.json"), file => Assert.DoesNotContain("secretword", File.ReadAllText(file), StringComparison.Ordinal));
        JsonElement result = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "artifacts", "result.json"))).RootElement;
        JsonElement words = result.GetProperty("baselines").EnumerateArray().Single(baseline => baseline.GetProperty("name").GetString() == "bag-of-words").GetProperty("measurement");
        Assert.All(words.GetProperty("numerators").EnumerateArray(), right => Assert.Equal(1, right.GetDouble()));
    }

    [Fact]
    public void Finetune_Lora_AdapterAndMergedModelGiveTheSameFigures()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run(["finetune", "--rank", "4", "--targets", "q_proj,v_proj,down_proj", "--merged", "--owner", "5", "--steps", "6", .. CommandProcess.Small]);
        Assert.True(code == 0, output + error);
        Assert.Contains("on 12 modules", output, StringComparison.Ordinal);
        string run = command.OnlyRun(), adapter = Path.Combine(run, "artifacts", "adapter");
        Assert.Contains("beside 1,053,824 frozen ones", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        string[] asked = ["--owner", "5", "--threads", "1", "--set", "data.facts=2", "--set", "evaluate.general_texts=8", "--set", "evaluate.other_owners=1"];
        Assert.Equal(0, command.Run(["evaluate", "--adapter", adapter, "--runs", "active", .. asked]).Code);
        Assert.Equal(0, command.Run(["evaluate", "--model", Path.Combine(run, "artifacts", "model"), "--runs", "merged", .. asked]).Code);
        double after = Perplexity(run, "after"), active = Perplexity(command.OnlyRun("active"), "measurements"), merged = Perplexity(command.OnlyRun("merged"), "measurements");
        Assert.NotEqual(Perplexity(run, "before"), after);
        Assert.Equal(after, active, 1e-9);
        Assert.Equal(after, merged, 1e-5);
        (code, output, error) = command.Run("generate", "--adapter", adapter, "--tokens", "3", "The");
        Assert.True(code == 0 && output.StartsWith("The", StringComparison.Ordinal), output + error);
    }

    [Fact]
    public void Evaluate_OwnerOfTheWorld_PrintsFiguresWithIntervals()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run("evaluate", "--owner", "5", "--threads", "1", "--set", "data.facts=2", "--set", "evaluate.general_texts=8", "--set", "evaluate.other_owners=1");
        Assert.True(code == 0, output + error);
        Assert.Contains("owner 5 of the embedded world", output, StringComparison.Ordinal);
        Assert.Contains("perplexity per token", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(command.OnlyRun(), "report.html")));
    }

    [Fact]
    public void Run_RecipeWithSeedsAndClaim_JudgesOverSeeds()
    {
        using CommandProcess command = new();
        string recipe = command.Write("recipe.yaml", """
            schema: 1
            kind: evaluate
            seeds: [1, 2, 3]
            model: { threads: 1 }
            data: { facts: 2 }
            evaluate: { general_texts: 4, other_owners: 0, samples: 0 }
            claims:
              - id: finite
                says: "Perplexity is above 1."
                metric: general_perplexity
                compare: { arm: model }
                holds_if: { lower_bound: "> 1" }
            """);
        (int code, string output, string error) = command.Run("run", recipe);
        Assert.True(code == 0, output + error);
        Assert.Contains("claim finite: reproduced", output, StringComparison.Ordinal);
        string run = command.OnlyRun();
        Assert.Equal(3, Directory.GetDirectories(Path.Combine(run, "seeds")).Length);
        Assert.Contains("Perplexity is above 1.", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        Assert.Equal(Verdict.Reproduced, Assert.Single(ClaimsFile.Read(Path.Combine(run, "claims.json"))).Verdict);
    }

    [Fact]
    public void Finetune_InterruptedByCtrlC_CheckpointsAndSaysHowToResume()
    {
        Assert.SkipWhen(IgnoresInterrupts(), "These tests were started with SIGINT ignored, as a shell does with jobs in the background, and every command they start inherits that.");
        using CommandProcess command = new();
        using Process process = command.Start(["finetune", "--steps", "100000", .. CommandProcess.Small]);
        string metrics = "";
        for (int i = 0; i < 600 && (metrics.Length == 0 || !File.Exists(metrics)); i++)
        {
            Thread.Sleep(100);
            metrics = Directory.Exists(Path.Combine(command.Folder, "runs")) && Directory.GetDirectories(Path.Combine(command.Folder, "runs")) is [string run, ..] ? Path.Combine(run, "metrics.jsonl") : "";
        }

        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        (int code, string output, string error) = CommandProcess.Wait(process);
        Assert.True(code == 130, output + error);
        Assert.Contains("palimpsest run --resume runs/", output, StringComparison.Ordinal);
        string folder = command.OnlyRun();
        Assert.Equal(RunStatus.Stopped, RunFolder.Read(folder).Status);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder, "checkpoints"), "step-*.safetensors"));
    }

    // The kernel lists ignored signals as bits from 1 on; SIGINT is signal 2. .NET leaves a signal ignored that it found ignored.
    private static bool IgnoresInterrupts() =>
        OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is string line
        && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (2 - 1))) != 0;

    private static double Perplexity(string run, string list)
    {
        JsonElement result = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "artifacts", "result.json"))).RootElement;
        JsonElement measured = result.GetProperty(list).EnumerateArray().Single(item => item.GetProperty("metric").GetString() == "general_perplexity");
        double Sum(string name) => measured.GetProperty(name).EnumerateArray().Sum(item => item.GetDouble());
        return Math.Exp(Sum("numerators") / Sum("denominators"));
    }
}
