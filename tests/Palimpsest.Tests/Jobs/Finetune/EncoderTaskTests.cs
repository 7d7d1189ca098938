using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Cli;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Jobs.Finetune;

/// <summary>Tiny encoders learn to classify and to fill in hidden tokens: the loss falls, and the folders are read again.</summary>
public sealed class EncoderTaskTests
{
    private static readonly string[] s_small = ["--batch-size", "8", "--threads", "1", "--set", "data.held_out_share=0.3"];

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("roberta")]
    public void Classification_Encoder_LowersTheLossAndSavesAClassifier(string golden)
    {
        using TemporaryFolder model = EncoderFolders.Masked(golden);
        using CommandProcess command = new();
        string data = command.Write("data.jsonl", Classified());
        (int code, string output, string error) = command.Run(
            ["finetune", "--task", "classification", "--model", model.Path, "--data", data, "--steps", "40", "--learning-rate", "0.003", .. s_small]);
        Assert.True(code == 0, output + error);
        string run = command.OnlyRun(), saved = Path.Combine(run, "artifacts", "model");
        double[] losses = RetrievalTaskTests.HeldOutLosses(run);
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} -> {losses[^1]}");
        JsonElement result = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "artifacts", "result.json"))).RootElement;
        Assert.Equal(["held_out_choice", "held_out_nats"],
            result.GetProperty("after").EnumerateArray().Select(found => found.GetProperty("metric").GetString()));
        Assert.Equal(2, result.GetProperty("baselines").GetArrayLength());
        Assert.EndsWith("ForSequenceClassification", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(saved, "config.json")))!["architectures"]![0]!,
            StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(saved, "tokenizer.json")));
        using EncoderModel classifier = ModelFolder.Load<EncoderModel>(saved, TestContexts.F32(), LoadMode.Mapped);
        Assert.Equal(["no", "yes"], classifier.Config.Labels);
    }

    [Theory]
    [InlineData("bert", "pooler.dense")]
    [InlineData("distilbert", "pre_classifier")]
    public void Classification_Lora_AdapterHoldsAllThatTheBaseModelLacks(string golden, string fresh)
    {
        using TemporaryFolder model = EncoderFolders.Masked(golden);
        using CommandProcess command = new();
        string data = command.Write("data.jsonl", Classified());
        (int code, string output, string error) = command.Run(
            ["finetune", "--task", "classification", "--model", model.Path, "--data", data, "--steps", "4", "--learning-rate", "0.01", "--merged", .. s_small]);
        Assert.True(code == 0, output + error);
        string artifacts = Path.Combine(command.OnlyRun(), "artifacts"), adapterFolder = Path.Combine(artifacts, "adapter");
        JsonNode settings = JsonNode.Parse(File.ReadAllText(Path.Combine(adapterFolder, "adapter_config.json")))!;
        Assert.Equal("SEQ_CLS", (string)settings["task_type"]!);
        Assert.Contains("classifier", settings["modules_to_save"]!.AsArray().Select(name => (string)name!));

        // Another seed: what is fresh in the base model must not matter.
        using ModelSource source = ModelSource.Open(model.Path);
        using EncoderModel plain = source.LoadClassifier<EncoderModel>(TestContexts.F32(), ["no", "yes"], new RandomStream(99), LoadMode.Mapped);
        using EncoderModel merged = ModelFolder.Load<EncoderModel>(Path.Combine(artifacts, "model"), TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Load(plain, adapterFolder);
        Assert.Contains(adapter.Parameters.Layout.Slots, slot => slot.Name.Contains(fresh, StringComparison.Ordinal));
        using LoraAdapters adapters = new(plain);
        adapters.Activate(adapter);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        TokenBatch batch = TokenBatch.Of([new TokenSequence([10, 20, 30], 3)]);
        Assert.InRange(TestContexts.LargestDifference(plain.Logits(plain.Hidden(batch)), merged.Logits(merged.Hidden(batch))), 0, 1e-5);
    }

    [Fact]
    public void MaskedLanguageModel_Texts_LowersTheLossAndSavesAModel()
    {
        using TemporaryFolder model = EncoderFolders.Masked("bert");
        using CommandProcess command = new();
        string data =
            command.Write("texts.jsonl",
            string.Join('\n',
            Enumerable.Range(0, 100).Select(i =>
            JsonSerializer.Serialize(new { text = string.Join(' ', Enumerable.Range(0, 8 + (i % 5)).Select(j => $"t{20 + ((i + j) % 6)}")) }))));
        string[] asked = ["finetune", "--task", "masked-language-model", "--model", model.Path, "--data", data, "--learning-rate", "0.005", .. s_small];
        (int code, string output, string error) = command.Run([.. asked, "--steps", "40"]);
        Assert.True(code == 0, output + error);
        string run = command.OnlyRun();
        double[] losses = RetrievalTaskTests.HeldOutLosses(run);
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} -> {losses[^1]}");
        using EncoderModel saved = ModelFolder.Load<EncoderModel>(Path.Combine(run, "artifacts", "model"), TestContexts.F32(), LoadMode.Mapped);
        Assert.Equal(EncoderHead.MaskedLanguage, saved.Config.Head);

        (code, _, error) = command.Run([.. asked, "--set", "data.packing=true"]);
        Assert.NotEqual(0, code);
        Assert.Contains("leave out data.packing", error, StringComparison.Ordinal);
        (code, _, error) = command.Run([.. asked, "--model", "base-v1"]);
        Assert.NotEqual(0, code);
    }

    [Fact]
    public void Classification_LoraOnADecoder_IsRefused()
    {
        using CommandProcess command = new();
        string data = command.Write("data.jsonl", Classified());
        (int code, _, string error) = command.Run(["finetune", "--task", "classification", "--data", data, "--lora", "--steps", "1", .. s_small]);
        Assert.NotEqual(0, code);
        Assert.Contains("leave out method.lora", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Hide_ManyTokens_FollowsTheSharesAndTheStream()
    {
        TokenMasking masking = new(4, 160, token => token < 10);
        TokenBatch batch =
            TokenBatch.Of([.. Enumerable.Range(0, 100).Select(row =>
            new TokenSequence([2, .. Enumerable.Range(0, 100).Select(i => 10 + ((row + i) % 150)), 3], 102))]);
        TokenBatch hidden = masking.Hide(batch, new RandomStream(1, "a"));
        Assert.InRange(hidden.Rows.Length / 10_000.0, 0.135, 0.165);
        Assert.InRange(hidden.Rows.Count(row => hidden.Ids[row] == 4) / (double)hidden.Rows.Length, 0.77, 0.83);
        Assert.InRange(hidden.Rows.Count(row => hidden.Ids[row] == batch.Ids[row]) / (double)hidden.Rows.Length, 0.08, 0.13);
        Assert.All(hidden.Rows.Zip(hidden.Targets), found => Assert.True(batch.Ids[found.First] == found.Second && found.Second >= 10));
        Assert.Equal(hidden.Ids, masking.Hide(batch, new RandomStream(1, "a")).Ids);
        Assert.NotEqual(hidden.Ids, masking.Hide(batch, new RandomStream(1, "b")).Ids);
    }

    private static string Classified() => string.Join('\n', Enumerable.Range(0, 100).Select(i =>
        JsonSerializer.Serialize(new
        {
            prompt = $"t{(i % 2 == 0 ? 20 : 30)} t{40 + (i % 37)} t{(i % 2 == 0 ? 20 : 30)}",
            completion = i % 2 == 0
            ? "yes" : "no"
        })));
}
