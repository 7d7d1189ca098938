using System.Text.Json;
using Palimpsest.Tests.Cli;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>The command, short, on the embedded world and on files.</summary>
public sealed class AuditJobTests : IDisposable
{
    private static readonly string[] s_short =
    [
        "--threads", "1", "--set", "method.benign.modifications=[paraphrase]", "--set", "method.benign.most=6", "--set",
        "method.relearning={ sets: [public-text, direct], options: { steps: 4, evaluate_every: 2 }, rounding: [nf4], samples: 0 }",
    ];

    private readonly CommandProcess _shell = new();

    public AuditJobTests()
    {
        string Rows(string subject, string place = "Town") => string.Concat(Enumerable.Range(0, 6).Select(i =>
            JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["question"] = $"Where does {subject} {i / 2} {(i % 2 == 0 ? "live" : "work")}?",
                ["answer"] = $"{place} {i * 7}",
                ["wrong"] = new[] { "Town 1", "Town 2" },
                ["subject"] = $"{subject} {i / 2}",
                ["rephrased"] = new[] { $"Say where {subject} {i / 2} is." },
            }) + "\n"));
        _shell.Write("forget.jsonl", Rows("Anna"));
        _shell.Write("retain.jsonl", Rows("Bert"));
        _shell.Write("other.jsonl", Rows("Anna", "Mill"));
        _shell.Write("plain.jsonl", "{\"question\": \"Who?\", \"answer\": \"Ann.\"}\n{\"question\": \"Where?\", \"answer\": \"Rye.\"}\n");
        _shell.Write("log.json", "{\"average_perturb_loss\": { \"0\": [2] }, \"avg_paraphrased_loss\": { \"0\": 1 }}");
    }

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Audit_OnTheWorld_TellsExactDeletionFromNothingAtAll()
    {
        // A method that takes one step has forgotten nothing: the verdict must say so, and that exact deletion holds.
        (int code, string output, string error) = _shell.Run(["audit", .. s_short, "--set", "data.world={ forgotten: 1, retained: 1 }", "--set",
            "method.learn={ steps: 70 }", "--set", "method.tuning={ steps: 12 }", "--set",
            "method.approximate=[{ objective: graddiff, train: { steps: 1, evaluate_every: 1, learning_rate: 0.000001 } }]"]);
        Assert.True(code == 0, output + error);
        JsonElement result = Result();
        JsonElement[] models = [.. result.GetProperty("models").EnumerateArray()];
        Assert.Equal(["not-forgotten", "holds"], models.Select(model => model.GetProperty("verdict").GetString()));
        Assert.True(models[1].GetProperty("exact").GetBoolean());

        // What left exactly and what never was there are the same, also after relearning: no gain of one beyond the other, whatever both learn.
        Assert.All(models[1].GetProperty("recoveries").EnumerateArray(), one =>
            Assert.Equal(one.GetProperty("control_relearned").GetDouble(), one.GetProperty("relearned").GetDouble()));
        Assert.Contains("have the bits of a model that never held the data", File.ReadAllText(Path.Combine(_shell.OnlyRun(), "report.html")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_OfFilesThatItLearnsByAdaptersItself_HasControlsOfItsOwn()
    {
        (int code, string output, string error) = _shell.Run(["audit", "--forget", "other.jsonl", "--retain", "retain.jsonl", .. s_short, "--set",
            "method.lora={ rank: 4 }", "--set", "method.learn={ steps: 30, batch_size: 6, learning_rate: 0.01 }", "--set", "method.exact=true", "--set",
            "method.tuning={ steps: 4 }", "--set",
            "method.approximate=[{ objective: npo, train: { steps: 2, batch_size: 4, evaluate_every: 1, learning_rate: 0.000001 } }]"]);
        Assert.True(code == 0, output + error);
        JsonElement result = Result();
        Assert.Equal(["npo", "exact deletion"], result.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("model").GetString()));
        Assert.Equal(["before unlearning", "never saw it", "store without them"],
            result.GetProperty("others").EnumerateArray().Select(model => model.GetProperty("model").GetString()));
        JsonElement[] known = [.. result.GetProperty("others").EnumerateArray().Take(2).Select(model => model.GetProperty("ordinary").EnumerateArray()
            .First(figure => figure.GetProperty("metric").GetString() == "forget_probability"))];
        double Sum(JsonElement figure) => figure.GetProperty("numerators").EnumerateArray().Sum(value => value.GetDouble());
        Assert.True(Sum(known[0]) > Sum(known[1]) + 0.6, $"{Sum(known[0])} {Sum(known[1])} of 6");
    }

    [Fact]
    public void Audit_OfFilesOnATightBudget_SaysWhatItLeftOut()
    {
        string[] arguments = ["audit", "--forget", "forget.jsonl", "--retain", "retain.jsonl", "--reference", "base-v1", "--original", "base-v1", .. s_short];

        // So many steps take longer than that on any machine.
        (int code, string output, string error) = _shell.Run([.. arguments, "--budget", "1s", "--set", "method.relearning.options.steps=200"]);
        Assert.True(code == 0, output + error);
        Assert.Contains("nothing to forget", output, StringComparison.OrdinalIgnoreCase);
        string[] left = [.. Result().GetProperty("left_out").EnumerateArray().Select(text => text.GetString()!)];
        Assert.NotEmpty(left);
        Assert.All(left, text => Assert.Contains("lack of time", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Audit_WithoutAReference_GivesNoVerdict()
    {
        (int code, string output, string error) = _shell.Run(["audit", "--forget", "forget.jsonl", "--retain", "retain.jsonl", .. s_short]);
        Assert.True(code == 0, output + error);
        Assert.Contains("without a model that never saw the data nobody can say", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forget and retain are named together", "--forget", "forget.jsonl")]
    [InlineData("row 1 is row 1", "--forget", "forget.jsonl", "--retain", "forget.jsonl")]
    [InlineData("not \"0,5h\"", "--budget", "0,5h")]
    [InlineData("The store no longer knows", "--owners", "clinics")]
    [InlineData("\"paird\" is not known. Did you mean \"paired\"?", "--set", "method.benign.modifications=[paird]")]
    [InlineData("Did you mean \"public-text\"?", "--set", "method.relearning.sets=[public-texts]")]
    [InlineData("reference and original belong to a given model", "--reference", "base-v1")]
    [InlineData("passages, forget_rows and retain_rows belong to files", "--set", "data.passages={}")]
    [InlineData("learn.accumulate follows", "--set", "method.learn.accumulate=2")]
    [InlineData("owners audits what the store serves", "--owners", "clinics", "--model", "base-v1", "--set", "method.exact=true", "--forget", "f",
        "--retain", "r")]
    [InlineData("has questions without wrong answers", "--forget", "plain.jsonl", "--retain", "retain.jsonl", "--reference", "log.json")]
    [InlineData("two arms have the name \"npo\"", "--set", "method.approximate=[{ objective: npo }, { objective: npo }]")]
    public void Audit_WhatMakesNoSense_IsRefusedWithTheWayOut(string expected, params string[] arguments)
    {
        (int code, _, string error) = _shell.Run(["audit", .. arguments]);
        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.OrdinalIgnoreCase);
    }

    private JsonElement Result() => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(_shell.OnlyRun(), "artifacts", "result.json")));
}
