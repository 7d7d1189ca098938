using System.Text.Json;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Runs;
using Palimpsest.Tests.Cli;

namespace Palimpsest.Tests.Jobs.Finetune;

/// <summary>A sentence encoder of three tiny blocks learns which passage answers: the loss falls, and the folder is read again.</summary>
public sealed class RetrievalTaskTests
{
    private static readonly string[] s_small =
        ["--task", "retrieval", "--batch-size", "8", "--threads", "1", "--learning-rate", "0.003", "--set", "data.held_out_share=0.3"];

    [Fact]
    public void Finetune_Pairs_LowersTheLossAndSavesASentenceEncoder()
    {
        using TemporaryFolder model = EncoderFolders.Sentence();
        using CommandProcess command = new();
        string data = command.Write("pairs.jsonl", Pairs("query", "passage", negatives: true));
        (int code, string output, string error) = command.Run(["finetune", "--model", model.Path, "--data", data, "--steps", "60", .. s_small]);
        Assert.True(code == 0, output + error);
        string run = command.OnlyRun();
        double[] losses = HeldOutLosses(run);
        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} -> {losses[^1]}");
        JsonElement result = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "artifacts", "result.json"))).RootElement;
        Assert.Equal(["ndcg_10", "recall_10", "mrr_10"], result.GetProperty("after").EnumerateArray().Select(found => found.GetProperty("metric").GetString()));
        double Found(string when) => result.GetProperty(when)[0].GetProperty("numerators").EnumerateArray().Average(item => item.GetDouble());
        Assert.True(Found("after") > Found("before") + 0.2, $"{Found("before")} -> {Found("after")}");
        Assert.Equal(6, result.GetProperty("baselines").GetArrayLength());

        string saved = Path.Combine(run, "artifacts", "model");
        using SentenceEncoder old = SentenceEncoder.Load(model.Path, TestContexts.F32()), trained = SentenceEncoder.Load(saved, TestContexts.F32());
        Assert.Equal(12, trained.MaxLength);
        Assert.NotEqual(old.Embed(["t10 t11"])[0], trained.Embed(["t10 t11"])[0]);
        using TemporaryFolder again = new();
        trained.Save(again.At("copy"));
        using SentenceEncoder copy = SentenceEncoder.Load(again.At("copy"), TestContexts.F32());
        Assert.Equal(trained.Embed(["t10 t11"])[0], copy.Embed(["t10 t11"])[0]);
    }

    [Fact]
    public void Finetune_Lora_SavesAnAdapterWhoseMergedEncoderGivesTheSameVectors()
    {
        using TemporaryFolder model = EncoderFolders.Sentence();
        using CommandProcess command = new();
        string data = command.Write("pairs.jsonl", Pairs("anchor", "positive", negatives: false));
        (int code, string output, string error) = command.Run(["finetune", "--model", model.Path, "--data", data, "--steps", "4", "--merged", .. s_small]);
        Assert.True(code == 0, output + error);
        string artifacts = Path.Combine(command.OnlyRun(), "artifacts");
        using SentenceEncoder merged = SentenceEncoder.Load(Path.Combine(artifacts, "model"), TestContexts.F32()),
            plain = SentenceEncoder.Load(model.Path, TestContexts.F32());
        float[] before = plain.Embed(["t10 t11"])[0], expected = merged.Embed(["t10 t11"])[0];
        using LoraAdapter adapter = LoraAdapter.Load(plain.Model, Path.Combine(artifacts, "adapter"));
        using LoraAdapters adapters = new(plain.Model);
        adapters.Activate(adapter);
        Assert.InRange(plain.Embed(["t10 t11"])[0].Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 1e-5);
        Assert.NotEqual(before, expected);
    }

    [Theory]
    [InlineData("{\"query\": \"t10\", \"text\": \"t11\"}", "no \"passage\" (nor \"positive\", \"completion\")")]
    [InlineData("{\"query\": \"t10\", \"anchor\": \"t10\", \"passage\": \"t11\"}", "\"query\" beside \"anchor\"")]
    [InlineData("{\"query\": \"t10\", \"passage\": \"t11\", \"negative\": \"t11\"}", "\"negative\" is the passage itself")]
    [InlineData("{\"query\": \"t10\", \"passage\": \"t11\", \"negative_1\": \"t12\"}", "\"negative_1\" is there too, which is not read")]
    [InlineData("{\"query\": \"t10\", \"passage\": \"t11\"}", "leave out data.packing", "--set", "data.packing=true")]
    [InlineData("{\"query\": \"t10\", \"passage\": \"t11\"}", "leave out --replay", "--set", "data.replay_percent=50")]
    [InlineData("{\"query\": \"t10\", \"passage\": \"t11\"}", "needs a sentence encoder", "--model", "base-v1")]
    public void Finetune_DoesNotFit_SaysWhatAndTheWayOut(string row, string message, params string[] arguments)
    {
        using TemporaryFolder model = EncoderFolders.Sentence();
        using CommandProcess command = new();
        string data = command.Write("pairs.jsonl", row);
        string[] chosen = arguments.Contains("--model") ? [] : ["--model", model.Path];
        (int code, _, string error) = command.Run(["finetune", "--data", data, "--steps", "1", .. s_small, .. chosen, .. arguments]);
        Assert.NotEqual(0, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    /// <summary>Query and passage share one word; the others, of which there are few, say nothing.</summary>
    private static string Pairs(string query, string passage, bool negatives) => string.Join('\n', Enumerable.Range(0, 200).Select(i =>
    {
        string Noise(int factor) => $"t{120 + (((i * factor) + factor) % 30)}";
        Dictionary<string, string> row =
            new() { [query] = $"t{10 + (i % 100)} {Noise(7)} {Noise(3)}", [passage] = $"{Noise(11)} t{10 + (i % 100)} {Noise(13)}" };
        if (negatives && i % 2 == 0)
        {
            row["negative"] = $"{Noise(7)} t{10 + ((i + 1) % 100)} {Noise(3)}";
        }

        return JsonSerializer.Serialize(row);
    }));

    internal static double[] HeldOutLosses(string run) =>
        [.. RunFolder.ReadMetrics(run).Where(row => row.Values.ContainsKey("held_out_loss")).Select(row => row.Values["held_out_loss"])];
}
