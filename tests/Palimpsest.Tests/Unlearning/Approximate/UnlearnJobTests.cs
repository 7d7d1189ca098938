using System.Text.Json;
using Palimpsest.Tests.Cli;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>The command and its recipe, short, on the embedded model.</summary>
public sealed class UnlearnJobTests : IDisposable
{
    private readonly CommandProcess _shell = new();

    public UnlearnJobTests()
    {
        string Rows(string subject) => string.Concat(Enumerable.Range(0, 6).Select(i =>
            $"{{\"prompt\": \"Where does {subject} {i} live?\\nAnswer:\", \"completion\": \" In the town of number {i * 7}.\"}}\n"));
        _shell.Write("forget.jsonl", Rows("Anna"));
        _shell.Write("retain.jsonl", Rows("Bert"));
    }

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("graddiff", false)]
    [InlineData("npo", true)]
    [InlineData("dpo-idk", false)]
    public void Unlearn_AFewSteps_ForgetsMoreThanItLosesAndSavesTheResult(string method, bool lora)
    {
        (int code, string output, string error) = _shell.Run(["unlearn", "--method", method, "--forget", "forget.jsonl", "--retain", "retain.jsonl",
            "--steps", "6",
            "--batch-size", "3", "--threads", "1", "--learning-rate", lora ? "0.01" : "0.001", "--set", "train.evaluate_every=3", .. lora ? ["--lora"]
                : Array.Empty<string>()]);
        Assert.True(code == 0, output + error);
        string run = _shell.OnlyRun();
        JsonElement result = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(run, "artifacts", "result.json")));
        double Change(string metric)
        {
            double Of(string when)
            {
                JsonElement found = result.GetProperty(when).EnumerateArray().First(item => item.GetProperty("metric").GetString() == metric);
                double Sum(string part) => found.GetProperty(part).EnumerateArray().Sum(item => item.GetDouble());
                return Sum("numerators") / Sum("denominators");
            }

            return Of("after") - Of("before");
        }

        Assert.True(Change("forget_perplexity") > Math.Max(0, Change("retain_perplexity")));
        Assert.True(Change("forget_answer_probability") < 0);
        string metrics = File.ReadAllText(Path.Combine(run, "metrics.jsonl"));
        Assert.Contains("forget_nats", metrics, StringComparison.Ordinal);
        Assert.Contains("\"retain\"", metrics, StringComparison.Ordinal);
        Assert.Equal(lora, File.Exists(Path.Combine(run, "artifacts", "adapter", "adapter_model.safetensors")));
        Assert.Equal(!lora, File.Exists(Path.Combine(run, "artifacts", "model", "model.safetensors")));
        Assert.Contains("no guarantee", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Unlearn_TaskVector_GoesTheOtherWayOfItsTraining()
    {
        (int code, string output, string error) = _shell.Run("unlearn", "--method", "task-vector", "--forget", "forget.jsonl", "--retain", "retain.jsonl",
            "--steps", "4", "--threads", "1", "--learning-rate", "0.0005");
        Assert.True(code == 0, output + error);
        JsonElement result = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(_shell.OnlyRun(), "artifacts", "result.json")));
        double Nats(string when) => result.GetProperty(when).EnumerateArray().First(item => item.GetProperty("metric").GetString() == "forget_perplexity")
            .GetProperty("numerators").EnumerateArray().Sum(item => item.GetDouble());
        Assert.True(Nats("after") > Nats("before"));
    }

    [Theory]
    [InlineData("\"npoo\" is not known. Did you mean \"npo\"?", "--method", "npoo")]
    [InlineData("method.objective.betta", "--set", "method.objective.betta=1")]
    [InlineData("pdu needs eps", "--method", "pdu")]
    [InlineData("altpo go together", "--method", "altpo")]
    [InlineData("whp needs reinforced", "--method", "whp")]
    [InlineData("retain must name a file", "--set", "data.retain=''")]
    [InlineData("refusals are for dpo-idk", "--refusals", "none.txt")]
    [InlineData("Leave out lora", "--method", "task-vector", "--lora")]
    public void Unlearn_WhatMakesNoSense_IsRefusedWithTheWayOut(string expected, params string[] arguments)
    {
        (int code, _, string error) = _shell.Run(["unlearn", "--forget", "forget.jsonl", "--retain", "retain.jsonl", .. arguments]);
        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_shell.Folder, "runs")) && Directory.GetDirectories(Path.Combine(_shell.Folder, "runs")).Length > 0);
    }
}
