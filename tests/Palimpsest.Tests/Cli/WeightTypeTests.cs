using System.Text.Json;
using Palimpsest.Evaluation;
using Palimpsest.Jobs.Evaluate;
using Palimpsest.Runs;
using Palimpsest.Tests.Models;

namespace Palimpsest.Tests.Cli;

/// <summary><c>--dtype</c> where nothing is generated: in evaluations and for sentence encoders.</summary>
public sealed class WeightTypeTests
{
    [Fact]
    public void Evaluate_EveryTypeOfWeights_GivesThePerplexityOfF32()
    {
        using CommandProcess command = new();
        string file = TestContexts.Golden("gguf-q8_0", "model.gguf");
        string data = command.Write(
            "data.jsonl", string.Join('\n', Enumerable.Range(0, 12).Select(i => $$"""{"text": "The girl ran to river {{i}} and back."}""")));
        double Perplexity(params string[] options)
        {
            string runs = string.Join('_', options.Prepend("runs")).Replace("-", "", StringComparison.Ordinal);
            (int code, string output, string error) = command.Run(["evaluate", "--model", file, "--data", data, "--runs", runs, "--threads", "1", .. options]);
            Assert.True(code == 0, output + error);
            IReadOnlyList<Measurement> found = RunFolder.ResultOf<EvaluateResult>(command.OnlyRun(runs)).Measurements;
            return found.First(item => item.Unit != MeasurementUnit.Share).Value;
        }

        double wanted = Perplexity();
        double packed = Perplexity("--dtype", "packed");
        Assert.Equal(wanted, packed, wanted * 1e-5);
        Assert.Equal(packed, Perplexity("--dtype", "auto", "--copy"));
        Assert.Equal(wanted, Perplexity("--dtype", "f32", "--copy"));
        Assert.Equal(wanted, Perplexity("--dtype", "bf16"), wanted * 0.02);
    }

    [Fact]
    public void Evaluate_WhatCannotBe_IsRefusedByName()
    {
        using CommandProcess command = new();
        using TemporaryFolder folder = new();
        folder.Copy("gpt2");
        folder.Write(
            "tokenizer.json", """{"version": "1.0", "added_tokens": [], "model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}, "unk_token": "a"}}""");
        (int code, string output, string error) = command.Run("evaluate", "--model", folder.Path, "--dtype", "packed");
        Assert.True(code == 2, output + error);
        Assert.Contains("cannot stay packed", output + error, StringComparison.Ordinal);
        (code, output, error) = command.Run("evaluate", "--dtype", "pack");
        Assert.True(code == 2, output + error);
        Assert.Contains("packed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Embed_EveryTypeOfWeights_GivesTheVectorsOfF32OrIsRefused()
    {
        using CommandProcess command = new();
        using TemporaryFolder folder = new();
        SentenceEncoderTests.Prepare(folder);
        float[] Vector(params string[] options)
        {
            (int code, string output, string error) = command.Run(["embed", "--model", folder.Path, .. options, "t10 t11 t12"]);
            Assert.True(code == 0, error);
            return JsonSerializer.Deserialize<float[]>(output)!;
        }

        float[] wanted = Vector();
        Assert.Equal(wanted, Vector("--dtype", "f32", "--copy"));
        float[] half = Vector("--dtype", "bf16");
        Assert.NotEqual(wanted, half);
        Assert.InRange(wanted.Zip(half).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 0.05);
        (int code, _, string error) = command.Run("embed", "--model", folder.Path, "--dtype", "packed", "t10");
        Assert.True(code == 2, error);
        Assert.Contains("family Llama", error, StringComparison.Ordinal);
        Assert.Contains("in f32 or bf16", error, StringComparison.Ordinal);
    }
}
