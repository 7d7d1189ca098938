using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Jobs.Pretrain;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Tests.Training;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Jobs.Pretrain;

/// <summary>Adapters from a random start: the projections stay, what stands around the blocks is trained, and the result is one merged model.</summary>
public sealed class PretrainAdapterTests
{
    [Fact]
    public void Run_Lora_MovesEmbeddingAndNormsAndNoProjection()
    {
        using CausalModel start = TinyTraining.NewModel();
        using Adapted adapted = new();
        List<double> losses = adapted.Train(TinyTraining.Restarted with { Optimizer = new AdamWOptions() });
        Assert.True(losses[^1] < losses[0] - 0.05, $"{losses[0]} -> {losses[^1]}");
        Assert.All(adapted.Model.Parameters.Layout.Slots, slot =>
            Assert.Equal(OptimData.Bytes(start.Parameters[slot.Name]), OptimData.Bytes(adapted.Model.Parameters[slot.Name])));

        Assert.Same(adapted.Model.Embedding.Weight, adapted.Model.Head.Weight);
        Assert.NotEqual(OptimData.Bytes(start.Embedding.Weight), OptimData.Bytes(adapted.Model.Embedding.Weight));
        Assert.All(adapted.Model.Norms.Zip(start.Norms), pair =>
            Assert.NotEqual(OptimData.Bytes(pair.Second.Norm.Weight), OptimData.Bytes(pair.First.Norm.Weight)));
        Assert.All(adapted.Model.Linears.Where(item => item.Layer != adapted.Model.Head).Zip(start.Linears), pair =>
            Assert.Equal(OptimData.Bytes(pair.Second.Layer.Weight), OptimData.Bytes(pair.First.Layer.Weight)));

        // Nothing but the low-rank update is between the projections of before and of the saved model.
        using TemporaryFolder folder = new();
        float[] logits = Logits(adapted.Model);
        adapted.Adapters.SaveMerged(folder.Path);
        using CausalModel saved = ModelFolder.Load(folder.Path, TestContexts.F32(), LoadMode.Mapped);
        Assert.True(saved.Config.TiedEmbeddings);
        Assert.All(logits.Zip(Logits(saved)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor change = Ops.Subtract(saved.Linears[0].Layer.Weight, start.Linears[0].Layer.Weight);
        float[] singular = TensorBytes.ToArray(linalg.svdvals(change));
        Assert.True(singular[1] > 1e-4 * singular[0]);
        Assert.InRange(singular[2], 0, 1e-5 * singular[0]);
    }

    /// <summary>With B zero the model computes what the whole one does, so what both train has one gradient; a tied matrix has it from two sides.</summary>
    [Fact]
    public void Backward_FreshAdapter_GradientsAreThoseOfTheWholeModel()
    {
        using CausalModel whole = TinyTraining.NewModel();
        using Adapted adapted = new();
        TokenBatch batch = new TinyTraining.Batches(1).Next();
        using DisposeScope scope = NewDisposeScope();
        foreach (CausalModel model in new[] { whole, adapted.Model })
        {
            Autograd.Backward(new TokenCrossEntropy(model).Sum(batch, new ObjectivePass(0, 0, new RandomStream(1), new StepFigures())));
        }

        List<string> compared = [];
        foreach (ParameterSlot slot in whole.Parameters.Layout.Slots)
        {
            string name = "base_model.model." + slot.Name;
            if (adapted.Adapter.Parameters.Layout.Slots.Any(own => own.Name == name))
            {
                Tensor expected = whole.Parameters[slot.Name].grad!;
                Assert.InRange(TestContexts.LargestDifference(expected, adapted.Adapter.Parameters[name].grad!), 0, 1e-5 * Ops.Value(expected.abs().max()));
                compared.Add(slot.Name);
            }
        }

        string[] around = [whole.Config.EmbeddingName, .. whole.Norms.Select(item => item.Name + ".weight")];
        Assert.Equal(around, compared.OrderBy(name => name != whole.Config.EmbeddingName));
    }

    [Fact]
    public void TryResume_ReLoraAcrossMerges_EndsWithTheSameBits()
    {
        byte[] all = Bits(null, int.MaxValue);
        foreach (int[] stops in new int[][] { [2, 1], [3, 3], [7] })
        {
            using TemporaryFolder folder = new();
            Assert.All(stops, stop => Bits(folder.Path, stop));
            Assert.Equal(all, Bits(folder.Path, int.MaxValue));
        }

        static byte[] Bits(string? folder, int stopAfter)
        {
            using Adapted adapted = new();
            adapted.Train(TinyTraining.Restarted, folder is null ? null : new CheckpointStore(folder), stopAfter);
            return [.. OptimData.Bytes(adapted.Adapter.Parameters.Values), .. adapted.Adapter.OwnWeights.Values.SelectMany(OptimData.Bytes)];
        }
    }

    [Fact]
    public void Run_Job_StoppedAndResumedSavesTheMergedModelOfOneThatWasNot()
    {
        using TemporaryFolder folder = new();
        folder.Write("texts.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i =>
            $"{{\"text\": \"The {i}th room has {i + 3} chairs, and {i} of them are red.\"}}\n")));
        folder.Write("recipe.yaml", $$"""
            schema: 1
            kind: pretrain
            model:
              { hidden_size: 32, intermediate_size: 48, layers: 2, heads: 2, key_value_heads: 2, context_length: 48, vocabulary: 320,
                threads: {{TwoThreadsAttribute.Threads}} }
            data: { file: {{folder.At("texts.jsonl")}}, held_out_share: 0.2, held_out: 4 }
            method: { lora: { rank: 2, alpha: 4 } }
            train:
              { steps: 8, batch_size: 4, learning_rate: 0.02, warmup_steps: 1, evaluate_every: 2, checkpoint_every: 1,
                optimizer: { name: relora, every: 3, warmup: 1 } }
            """);
        (string whole, bool finished) = Runner().Start(Runner().Read(folder.At("recipe.yaml")), folder.At("whole"));
        Assert.True(finished);
        PretrainResult result = RunFolder.ResultOf<PretrainResult>(whole);
        using CausalModel saved = ModelFolder.Load(Path.Combine(whole, "artifacts", "model"), TestContexts.F32(), LoadMode.Mapped);
        long own = saved.Parameters.Layout.Slots.Where(slot => slot.Shape.Count == 1 || slot.Name == saved.Config.EmbeddingName).Sum(slot => slot.Count);
        long adapter = saved.Linears.Where(item => item.Layer != saved.Head).Sum(item => 2 * item.Layer.Weight.shape.Sum());
        Assert.Equal(own + adapter, result.Trained);
        Assert.Equal(saved.Parameters.Layout.Count, result.Parameters);

        using CancellationTokenSource stop = new();
        (string stopped, finished) = Runner(stop, "Step 4:").Start(Runner().Read(folder.At("recipe.yaml")), folder.At("stopped"), stop.Token);
        Assert.False(finished);
        Assert.True(Runner().Resume(stopped).Finished);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "artifacts", "model", "model.safetensors")),
            File.ReadAllBytes(Path.Combine(stopped, "artifacts", "model", "model.safetensors")));
        Assert.Equal(result.HeldOutLoss, RunFolder.ResultOf<PretrainResult>(stopped).HeldOutLoss);
    }

    private static JobRunner Runner(CancellationTokenSource? stop = null, string at = "") => new([new PretrainJob()], new StoppingLog(stop, at));

    private static float[] Logits(CausalModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return TensorBytes.ToArray(model.Logits(model.Hidden(tensor(new long[] { 1, 2, 3, 9 }, [1, 4]))));
    }

    /// <summary>A fresh frozen model with the adapter of a pre-training.</summary>
    private sealed class Adapted : IDisposable
    {
        public Adapted()
        {
            Model = CausalModel.Create(TinyTraining.Config, TestContexts.F32(), new RandomStream(3), frozen: true);
            Adapter = LoraAdapter.Create(Model, PretrainMethod.AdapterOptions(new LoraOptions { Rank = 2 }, Model), new RandomStream(4));
            Adapters = new LoraAdapters(Model);
            Adapters.Activate(Adapter);
        }

        public CausalModel Model { get; }

        public LoraAdapter Adapter { get; }

        public LoraAdapters Adapters { get; }

        public List<double> Train(TrainOptions options, CheckpointStore? store = null, int stopAfter = int.MaxValue)
        {
            using Trainer<TokenBatch> trainer = Trainer.Of(Model, Trainable.Adapter(Adapter), options, new TinyTraining.Batches(1), new RandomStream(7), store);
            return TinyTraining.Run(trainer, stopAfter);
        }

        public void Dispose()
        {
            Adapters.Dispose();
            Adapter.Dispose();
            Model.Dispose();
        }
    }

    private sealed class StoppingLog(CancellationTokenSource? stop, string at) : IJobLog
    {
        public void Say(string sentence)
        {
            if (stop is not null && sentence.StartsWith(at, StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }

        public void Progress(JobProgress progress)
        {
        }
    }
}
