using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Families;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Planning;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>Shapes for planning are those of the models, and what is modelled of them is what the allocator sees.</summary>
public sealed class ModelShapesTests
{
    [Fact]
    public void NamedShape_HasTheWeightsOfSuchAModel()
    {
        LlamaConfig config = new()
        {
            VocabularySize = 32_000,
            HiddenSize = 512,
            IntermediateSize = 1376,
            Layers = 8,
            Heads = 8,
            KeyValueHeads = 8,
            HeadWidth = 64,
            ContextLength = 1024,
        };
        ModelShape made = ModelShapes.Of("llama-60m", config), named = ModelShapes.Open("llama-60m");
        Assert.Equal(made.Weights.OrderBy(weight => weight.Name, StringComparer.Ordinal), named.Weights.OrderBy(weight => weight.Name, StringComparer.Ordinal));
        Assert.Equal(made with { Weights = [] }, named with { Weights = [] });
    }

    [Theory]
    [InlineData("llama", null)]
    [InlineData("llama", "config.json")]
    [InlineData("gpt2", null)]
    [InlineData("gguf-tied", "model.gguf")]
    public void Open_Files_CountTheirParameters(string folder, string? file)
    {
        string path = file is null ? TestContexts.Golden(folder) : TestContexts.Golden(folder, file);
        using ModelSource source = ModelSource.Open(file == "config.json" ? TestContexts.Golden(folder) : path);
        Assert.Equal(source.Layout.Count, ModelShapes.Open(path).Parameters);
    }

    [Fact]
    public void Open_NothingThatIsThere_NamesTheNearestSize() =>
        Assert.Contains("Did you mean llama-7b?", Assert.Throws<PalimpsestException>(() => ModelShapes.Open("llama-7c")).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_Encoder_IsRefused()
    {
        PalimpsestException refused = Assert.Throws<PalimpsestException>(() => ModelShapes.Open(TestContexts.Golden("bert")));
        Assert.Contains("is an encoder", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void AfterForward_IsWithinTenPercentOfTheMeter(string folder)
    {
        Assert.SkipUnless(ProcessMemory.Allocated is not null, "The C library does not tell.");
        using CausalModel model = ModelFolder.Load(TestContexts.Golden(folder), TestContexts.F32());
        int time = Math.Min(128, model.Config.ContextLength), vocabulary = model.Config.VocabularySize;
        PlanOptions plan = new() { Model = ModelShapes.Of(folder, model.Config), Batch = 64, Sequence = time };
        TokenBatch batch = TokenBatch.Of(
            [.. Enumerable.Range(0, plan.Batch).Select(i => new TokenSequence([.. Enumerable.Range(0, time).Select(j => (i + j) % vocabulary)], 1))]);
        long kept = Pass();
        kept = Pass(); // the first leaves compiled code and scratch memory behind
        Assert.InRange(kept / MemoryPlan.AfterForward(plan), 0.9, 1.1);

        long Pass()
        {
            using DisposeScope scope = NewDisposeScope();
            long before = ProcessMemory.Allocated!.Value;
            Tensor hidden = model.Hidden(batch), loss = model.LossSum(hidden, batch.Rows, batch.Targets);
            long after = ProcessMemory.Allocated!.Value;
            Autograd.Backward(loss);
            return after - before;
        }
    }
}
