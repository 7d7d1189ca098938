using Palimpsest.Data.Batches;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.ReLora;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

public sealed class ReLoraTests
{
    private const string Layer = "model.layers.0.self_attn.q_proj";

    [Fact]
    public void Run_Restarts_AddUpToMoreThanTheRankAndLeaveTheBaseAlone()
    {
        using Adapted adapted = new(new LoraOptions { Rank = 2 });
        float[] before = TensorBytes.ToArray(adapted.Model.Parameters[Layer + ".weight"]);
        List<double> losses = adapted.Train(TinyTraining.Restarted);
        Assert.True(losses[^1] < losses[0] - 0.05, $"{losses[0]} -> {losses[^1]}");
        Assert.Equal(before, TensorBytes.ToArray(adapted.Model.Parameters[Layer + ".weight"]));

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor change = Ops.Subtract(adapted.Adapter.OwnWeights[Layer], adapted.Model.Parameters[Layer + ".weight"]);
        float[] singular = TensorBytes.ToArray(linalg.svdvals(change));
        Assert.True(singular[3] > 1e-4 * singular[0], "two merges of rank 2 have rank 4");
        Assert.InRange(singular[4], 0, 1e-5 * singular[0]);

        // Saved merged it is the model as it computes now; alone the adapter means nothing.
        float[] logits = Logits(adapted.Model);
        using TemporaryFolder folder = new();
        adapted.Adapters.SaveMerged(folder.Path);
        using CausalModel saved = ModelFolder.Load(folder.Path, TestContexts.F32(), LoadMode.Mapped);
        Assert.All(logits.Zip(Logits(saved)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Contains("Save the merged model", Assert.Throws<PalimpsestException>(() => adapted.Adapter.Save(folder.Path)).Message, StringComparison.Ordinal);

        adapted.Adapters.Activate();
        Assert.NotEqual(logits, Logits(adapted.Model));
        Assert.Equal(before, TensorBytes.ToArray(adapted.Model.Linears.First(item => item.Name == Layer).Layer.Weight));
    }

    [Fact]
    public void Restart_AnyTime_LeavesTheOutputsAndBeginsWithAnA()
    {
        using Adapted adapted = new(new LoraOptions { Rank = 3 });
        adapted.Train(TinyTraining.Restarted with { Steps = 2 });
        float[] before = Logits(adapted.Model);
        adapted.Adapter.Restart(new RandomStream(8));
        Assert.All(before.Zip(Logits(adapted.Model)), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        Assert.All(adapted.Adapter.Modules, module =>
        {
            Assert.All(TensorBytes.ToArray(adapted.Adapter.Parameters[LoraPlan.B(module)]), value => Assert.Equal(0f, value));
            Assert.Contains(TensorBytes.ToArray(adapted.Adapter.Parameters[LoraPlan.A(module)]), value => value != 0);
        });
    }

    [Fact]
    public void Run_NeverMerged_IsLora()
    {
        using Adapted plain = new(new LoraOptions { Rank = 2 }), merged = new(new LoraOptions { Rank = 2 });
        Assert.Equal(
            plain.Train(TinyTraining.Restarted with { Optimizer = new AdamWOptions() }),
            merged.Train(TinyTraining.Restarted with { Optimizer = new ReLoraOptions() }));
    }

    [Fact]
    public void TryResume_AcrossMerges_EndsWithTheSameBits()
    {
        byte[] whole = Bits(null, int.MaxValue);
        foreach (int[] stops in new int[][] { [2, 1], [3, 3], [7] })
        {
            using TemporaryFolder folder = new();
            Assert.All(stops, stop => Bits(folder.Path, stop));
            Assert.Equal(whole, Bits(folder.Path, int.MaxValue));
        }

        static byte[] Bits(string? folder, int stopAfter)
        {
            using Adapted adapted = new(new LoraOptions { Rank = 2, Dropout = 0.1 });
            adapted.Train(TinyTraining.Restarted, folder is null ? null : new CheckpointStore(folder), stopAfter);
            return adapted.Bits;
        }
    }

    /// <summary>The best evaluation lies before two merges, whose sums are in the copies of the weights and not in the adapter.</summary>
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(5)]
    public void Run_RestoreBest_BringsBackTheMergedWeightsToo(int stopAfter)
    {
        using TemporaryFolder folder = new();
        TrainOptions options = TinyTraining.Restarted with { EvaluateEvery = 1, EarlyStopping = new EarlyStopping { Patience = 5 } };
        byte[]? best = null;
        float[]? logits = null;
        for (int i = 0; i < (stopAfter == int.MaxValue ? 1 : 2); i++)
        {
            using Adapted adapted = new(new LoraOptions { Rank = 2 });
            adapted.Train(options, new CheckpointStore(folder.Path), i == 0 ? stopAfter : int.MaxValue, step =>
            {
                (best, logits) = step == 2 ? (adapted.Bits, Logits(adapted.Model)) : (best, logits);
                return Math.Abs(step - 2);
            });
            Assert.Equal(i == 0 && stopAfter < 7, !adapted.Bits.SequenceEqual(best!));
            if (i == 1 || stopAfter == int.MaxValue)
            {
                Assert.Equal(logits, Logits(adapted.Model));
            }
        }
    }

    [Fact]
    public void Create_NoPlainAdapter_IsRefused()
    {
        using CausalModel model = TinyTraining.NewModel();
        Assert.Contains("relora merges an adapter", Assert.Throws<PalimpsestException>(() =>
            Trainer.Of(model, TinyTraining.Restarted, new TinyTraining.Batches(1), new RandomStream(7))).Message, StringComparison.Ordinal);
        using Adapted dora = new(new LoraOptions { Dora = true });
        Assert.Contains("Leave dora", Assert.Throws<PalimpsestException>(() => dora.Train(TinyTraining.Restarted)).Message, StringComparison.Ordinal);
        Assert.Single(new ReLoraOptions { Every = 0, Warmup = 0 }.Problems());
        Assert.Single(new ReLoraOptions { Warmup = 2000 }.Problems());
    }

    private static float[] Logits(CausalModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return TensorBytes.ToArray(model.Logits(model.Hidden(tensor(new long[] { 1, 2, 3, 9 }, [1, 4]))));
    }

    private sealed class Adapted : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Adapted(LoraOptions options)
        {
            using (CausalModel fresh = TinyTraining.NewModel())
            {
                ModelFolder.Save(fresh, _folder.Path);
            }

            Model = ModelFolder.Load(_folder.Path, TestContexts.F32(), LoadMode.Mapped);
            Adapter = LoraAdapter.Create(Model, options, new RandomStream(4));
            Adapters = new LoraAdapters(Model);
            Adapters.Activate(Adapter);
        }

        public CausalModel Model { get; }

        public LoraAdapter Adapter { get; }

        public LoraAdapters Adapters { get; }

        public byte[] Bits => [.. OptimData.Bytes(Adapter.Parameters.Values), .. Adapter.OwnWeights.Values.SelectMany(OptimData.Bytes)];

        public List<double> Train(TrainOptions options, CheckpointStore? store = null, int stopAfter = int.MaxValue, Func<int, double>? evaluate = null)
        {
            using Trainer<TokenBatch> trainer = Trainer.Of(Model, Trainable.Adapter(Adapter), options, new TinyTraining.Batches(1), new RandomStream(7), store);
            return TinyTraining.Run(trainer, stopAfter, evaluate);
        }

        public void Dispose()
        {
            Adapters.Dispose();
            Adapter.Dispose();
            Model.Dispose();
            _folder.Dispose();
        }
    }
}
