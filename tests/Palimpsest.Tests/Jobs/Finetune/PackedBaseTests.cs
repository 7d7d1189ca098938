using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Tests.Cli;

namespace Palimpsest.Tests.Jobs.Finetune;

/// <summary>An adapter that is trained beside quantised blocks, against the same beside their values.</summary>
public sealed class PackedBaseTests
{
    [Fact]
    public void Finetune_PackedBase_LearnsAsOnItsValuesAndSavesTheModelMerged()
    {
        string file = TestContexts.Golden("gguf-q8_0", "model.gguf");
        (double[] losses, CausalModel? none) = Trained(file);
        (double[] packed, CausalModel? merged) = Trained(file, "--packed", "--merged");
        Assert.Null(none);
        using CausalModel saved = merged!;
        Assert.Equal(losses.Length, packed.Length);
        Assert.InRange(losses.Zip(packed).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 1e-3);
        Assert.NotEqual(packed[0], packed[^1]);
        using CausalModel source = ModelFolder.Load(file, TestContexts.F32(), LoadMode.Copied);
        Assert.Equal(0, TestContexts.LargestDifference(source.Embedding.Weight, saved.Embedding.Weight));
        Assert.NotEqual(0, TestContexts.LargestDifference(source.Linears[0].Layer.Weight, saved.Linears[0].Layer.Weight));
    }

    [Fact]
    public void Finetune_PackedWithoutAnAdapter_IsRefused()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run("finetune", "--set", "method.packed=true");
        Assert.True(code == 2, output + error);
        Assert.Contains("packed needs lora", error, StringComparison.Ordinal);
    }

    private static (double[] Losses, CausalModel? Merged) Trained(string file, params string[] options)
    {
        using CommandProcess command = new();
        string data = command.Write(
            "data.jsonl",
            string.Join('\n', Enumerable.Range(0, 40).Select(i => $$"""{"text": "The girl ran to river {{i % 4}} and back {{i}}."}""")));
        (int code, string output, string error) = command.Run(
            ["finetune", "--lora", "--model", file, "--data", data, "--steps", "6", "--batch-size", "4",
                "--set", "train.evaluate_every=3", "--set", "data.held_out_share=0.3", .. options]);
        Assert.True(code == 0, output + error);
        string run = command.OnlyRun(), model = Path.Combine(run, "artifacts", "model");
        return (RetrievalTaskTests.HeldOutLosses(run), Directory.Exists(model) ? ModelFolder.Load(model, TestContexts.F32(), LoadMode.Copied) : null);
    }
}
