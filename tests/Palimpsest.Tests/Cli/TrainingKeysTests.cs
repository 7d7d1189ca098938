using System.Text.Json;
using Palimpsest.Runs;

namespace Palimpsest.Tests.Cli;

/// <summary>The keys of a training as a user sets them.</summary>
public sealed class TrainingKeysTests
{
    [Fact]
    public void Run_RecipeWithManyKeys_WritesThemDownAndComesToItsEnd()
    {
        using CommandProcess command = new();
        string recipe = command.Write("keys.yaml", """
            schema: 1
            kind: finetune
            model: { threads: 1 }
            data: { facts: 2, examples_per_fact: 4, packing: true }
            train:
              steps: 8
              batch_size: 2
              schedule: warmup-stable-decay
              decay_share: 0.5
              decay_shape: one-minus-sqrt
              optimizer: sgd
              sgd: { momentum: 0.8, nesterov: true }
              groups:
                - { match: norm, learning_rate_factor: 0.5, weight_decay: 0 }
                - { match: embed, frozen: true }
              checkpoint_blocks: true
              evaluate_every: 2
              early_stopping: { patience: 2, min_delta: 100 }
            evaluate: { other_owners: 1, general_texts: 8, samples: 0 }
            """);
        (int code, string output, string error) = command.Run("run", recipe);
        Assert.True(code == 0, output + error);
        Assert.Contains("Stopped early after step 6: 2 evaluations without improvement; the best was at step", output, StringComparison.Ordinal);
        string run = command.OnlyRun(), report = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("6 of 8, stopped early", report, StringComparison.Ordinal);
        Assert.Matches(@"[0-9.]+% packed, [0-9.]+% if each example had a row of its own", report);
        Assert.Contains("learning_rate: 0.0005", File.ReadAllText(Path.Combine(run, "recipe.yaml")), StringComparison.Ordinal);
        Assert.Equal(6, RunFolder.ReadMetrics(run).Count(row => row.Values.ContainsKey("loss")));
    }

    [Theory]
    [InlineData("method: { lora: { rank: 2 } }", "learning_rate: 0.005")]
    [InlineData("method: { lora: { rank: 2 } }\ntrain: { steps: 1, learning_rate: 0.001 }", "learning_rate: 0.001")]
    public void Run_AdapterWithoutARate_TakesTheCommandsDefault(string keys, string expected)
    {
        using CommandProcess command = new();
        string recipe = command.Write("lora.yaml", $"schema: 1\nkind: finetune\n{keys}\n");
        (int code, string output, string error) = command.Run(["run", recipe, "--set", "train.steps=1", "--set", "train.batch_size=2", "--set", "model.threads=1", "--set", "data.facts=1", "--set", "evaluate.general_texts=4", "--set", "evaluate.other_owners=1"]);
        Assert.True(code == 0, output + error);
        Assert.Contains(expected, File.ReadAllText(Path.Combine(command.OnlyRun(), "recipe.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("optimizer: adam", "keys.yaml line 4: train.optimizer \"adam\" is not known. Did you mean \"adamw\"?")]
    [InlineData("groups: [{ match: \"(\" }]", "match \"(\" is no regular expression")]
    [InlineData("groups: [{ match: norm, frozen: true, weight_decay: 1 }]", "frozen parameters have neither")]
    [InlineData("groups: [{ match: wte, frozen: true }]", "no parameter is left for \"wte\"")]
    [InlineData("early_stopping: { patience: 0 }", "patience must be at least 1")]
    [InlineData("{ early_stopping: {}, evaluate_every: 0 }", "early_stopping needs evaluations")]
    [InlineData("{ schedule: warmup-stable-decay, decay_share: 1 }", "decay_share leaves too little")]
    [InlineData("schedule: cosin", "cosine")]
    [InlineData("sgd: { momentum: 1 }", "momentum must be at least 0 and below 1")]
    public void Run_KeysThatMakeNoSense_AreNamed(string keys, string expected)
    {
        using CommandProcess command = new();
        string train = keys.StartsWith('{') ? keys : $"{{ {keys} }}";
        string recipe = command.Write("keys.yaml", $"schema: 1\nkind: finetune\ndata: {{ facts: 1 }}\ntrain: {train}\n");
        (int code, _, string error) = command.Run(["run", recipe, "--set", "evaluate.general_texts=4", "--set", "evaluate.other_owners=1"]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Finetune_Classification_SavesAClassifierThatEvaluates()
    {
        using CommandProcess command = new();
        string[] lines = [.. Enumerable.Range(0, 160).Select(i => JsonSerializer.Serialize(new { prompt = $"{(i % 3 == 0 ? "good" : "bad")} thing number {i}", completion = i % 3 == 0 ? "yes" : "no" }))];
        string data = command.Write("data.jsonl", string.Join('\n', lines));
        (int code, string output, string error) = command.Run("finetune", "--task", "classification", "--data", data, "--steps", "40", "--batch-size", "8", "--threads", "1", "--learning-rate", "2e-3");
        Assert.True(code == 0, output + error);
        Assert.Contains("accuracy of the classes", output, StringComparison.Ordinal);
        string run = command.OnlyRun(), model = Path.Combine(run, "artifacts", "model");
        JsonElement result = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "artifacts", "result.json"))).RootElement;
        double[] right = Numbers(result.GetProperty("after")[0]);
        Assert.True(right.Average() > 0.9, output);
        Assert.Contains("bag-of-words", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        Assert.Contains("\"yes\"", File.ReadAllText(Path.Combine(model, "config.json")), StringComparison.Ordinal);
        Assert.Equal(0, command.Run("evaluate", "--model", model, "--data", data, "--threads", "1", "--runs", "again").Code);
        JsonElement again = JsonDocument.Parse(File.ReadAllText(Path.Combine(command.OnlyRun("again"), "artifacts", "result.json"))).RootElement;
        Assert.True(Numbers(again.GetProperty("measurements")[0]).Average() > 0.9);
        (code, _, error) = command.Run("generate", "--model", model, "The");
        Assert.Equal(2, code);
        Assert.Contains("is a classifier (no, yes)", error, StringComparison.Ordinal);
        (code, _, error) = command.Run("evaluate", "--model", model, "--threads", "1");
        Assert.Equal(2, code);
        Assert.Contains("--data", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "task classification needs --data")]
    public void Finetune_ClassificationThatCannotWork_IsRefused(string option, string expected)
    {
        using CommandProcess command = new();
        (int code, _, string error) = command.Run([.. new[] { "finetune", "--task", "classification" }, .. option.Length > 0 ? [option] : Array.Empty<string>()]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static double[] Numbers(JsonElement measurement) => [.. measurement.GetProperty("numerators").EnumerateArray().Select(x => x.GetDouble())];
}
