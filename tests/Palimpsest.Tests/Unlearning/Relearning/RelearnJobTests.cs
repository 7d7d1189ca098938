using System.Text.Json;
using Palimpsest.Tests.Cli;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>The experiment as a recipe, short.</summary>
public sealed class RelearnJobTests : IDisposable
{
    private const string Recipe = """
        schema: 1
        kind: relearn
        seeds: [7, 8]
        model: { width: 48 }
        data: { names: 60, lines: 6, forget_lines: 2, repetitions: [4], prompts: 20, prompt_names: 12 }
        method: { learn_steps: 100, learn_rate: 0.003, unlearn_steps: 60, unlearn_rate: 0.002, depths: [1, 1.5] }
        relearn: { steps: 20, learning_rate: 0.001 }
        """;

    private readonly CommandProcess _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Run_Tiny_UnlearnsRelearnsAndReportsBesideTheControl()
    {
        (int code, string output, string error) = _shell.Run("run", _shell.Write("r.yaml", Recipe));
        Assert.True(code == 0, output + error);
        string run = Path.Combine(_shell.OnlyRun(), "seeds", "7");
        JsonElement result = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(run, "artifacts", "result.json")));
        Assert.True(result.GetProperty("learned").GetProperty("4").GetProperty("success").GetDouble() > 0.9);
        JsonElement[] cells = [.. result.GetProperty("cells").EnumerateArray()];
        Assert.Equal(12, cells.Length); // three starts, four sets
        foreach (JsonElement cell in cells)
        {
            double[] success = [.. cell.GetProperty("course").EnumerateArray().Select(point => point.GetProperty("success").GetDouble())];
            Assert.Equal(0, success[0]); // unlearnt, or never learnt
            Assert.Equal(5, success.Length);
        }

        double Best(string arm, string set) => cells.First(cell => cell.GetProperty("arm").GetString() == arm && cell.GetProperty("set").GetString() == set)
            .GetProperty("course").EnumerateArray().Max(point => point.GetProperty("success").GetDouble());
        Assert.True(Best("never-saw", "direct-pair") > 0.5);
        Assert.True(Best("graddiff-1x", "prefix") > Best("never-saw", "prefix"));
        Assert.Contains("never-saw", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("repetitions: [4]", "repetitions: [5]", "from 1 to twice forget_lines")]
    [InlineData("depths: [1, 1.5]", "arms: [{ objective: dpo-idk }]", "no other answers")]
    [InlineData("depths: [1, 1.5]", "arms: [{ objective: ga, repetitions: [2] }]", "must be among data.repetitions")]
    [InlineData("steps: 20", "sets: [prefixes]", "one of prefix, other-names, random-tokens, direct-pair")]
    public void Run_WhatMakesNoSense_IsRefused(string part, string instead, string expected)
    {
        (int code, _, string error) = _shell.Run("run", _shell.Write("r.yaml", Recipe.Replace(part, instead, StringComparison.Ordinal)));
        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
