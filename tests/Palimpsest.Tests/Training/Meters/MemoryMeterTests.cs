using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Meters;
using Palimpsest.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Meters;

/// <summary>Bytes as the allocator tells them, and as the buffers have them.</summary>
public sealed class MemoryMeterTests
{
    [Fact]
    public void Allocated_TensorOfKnownSize_IsSeenWithinAPage()
    {
        Assert.SkipUnless(ProcessMemory.Allocated is not null, "The C library does not tell.");
        using Tensor first = ones(8 << 20);
        long before = ProcessMemory.Allocated!.Value;
        Tensor second = ones(8 << 20);
        long with = ProcessMemory.Allocated!.Value;
        second.Dispose();
        long after = ProcessMemory.Allocated!.Value;

        // 32 MiB, and beside the page the handle and whatever the runtime's threads take, and its finalizers free, meanwhile.
        Assert.InRange(with - before, (32L << 20) - (64 << 10), (32L << 20) + (64 << 10));
        Assert.InRange(with - after, (32L << 20) - (64 << 10), (32L << 20) + (64 << 10));
    }

    [Fact]
    public void Memory_OfAWholeModel_IsItsBuffersToTheByte()
    {
        using CausalModel model = TinyTraining.NewModel();
        long count = model.Parameters.Layout.Count;
        Check(model, Trainable.Whole(model), new AdamWOptions(), weights: 4 * count, frozen: 0, gradients: 4 * count, state: 8 * count);
        Check(model, Trainable.Whole(model), new SgdOptions(), weights: 4 * count, frozen: 0, gradients: 4 * count, state: 4 * count);
        Check(model, Trainable.Whole(model), new SgdOptions { Momentum = 0 }, weights: 4 * count, frozen: 0, gradients: 4 * count, state: 0);

        // No tensor of this model has the 4,096 elements from which on moments are quantised.
        Check(model, Trainable.Whole(model), new AdamW8bitOptions(), weights: 4 * count, frozen: 0, gradients: 4 * count, state: 8 * count);
    }

    [Fact]
    public void Memory_OfEightBitMoments_IsTwoBytesAndTheScales()
    {
        using CausalModel model = TinyTraining.NewModel(vocabulary: 200);
        long large = 200 * 32, small = model.Parameters.Layout.Count - large, count = large + small;
        Check(model, Trainable.Whole(model), new AdamW8bitOptions(), weights: 4 * count, frozen: 0,
            gradients: 4 * count, state: (8 * small) + (2 * (large + (4 * large / 256))));
    }

    [Fact]
    public void Memory_OfAnAdapter_TellsTheBaseApart()
    {
        TorchContext context = TestContexts.F32();
        string folder = TestContexts.Golden("llama");
        foreach (LoadMode mode in new[] { LoadMode.Mapped, LoadMode.Copied })
        {
            using CausalModel model = ModelFolder.Load(folder, context, mode);
            using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Rank = 2 }, new RandomStream(1));
            using LoraAdapters adapters = new(model);
            adapters.Activate(adapter);
            long trained = 4 * adapter.Parameters.Layout.Count, all = 4 * model.Parameters.Layout.Count;
            MemoryUse use = Check(model, Trainable.Adapter(adapter), new AdamWOptions(), trained, use => use.Frozen + use.Mapped == all, trained, 2 * trained);
            Assert.Equal(mode == LoadMode.Mapped, use.Mapped > 0);
        }
    }

    [Fact]
    public void Memory_AfterABackwardPass_HoldsNoGradientOfActivations()
    {
        Assert.SkipUnless(ProcessMemory.Allocated is not null, "The C library does not tell.");
        LlamaConfig config = TinyTraining.Config with { HiddenSize = 64, IntermediateSize = 192, Layers = 6, HeadWidth = 16, ContextLength = 256 };
        using CausalModel model = CausalModel.Create(config, TestContexts.F32(), new RandomStream(3));
        using DisposeScope scope = NewDisposeScope();
        TokenBatch batch =
            TokenBatch.Of([.. Enumerable.Range(0, 16).Select(i => new TokenSequence([.. Enumerable.Range(0, 256).Select(j => (i + j) % 50)], 2))]);
        Tensor loss = model.LossSum(model.Hidden(batch), batch.Rows, batch.Targets);
        long forward = ProcessMemory.Allocated!.Value;
        Autograd.Backward(loss);

        // The inputs of the plain products at least are free again; nothing else may have come.
        Assert.True(ProcessMemory.Allocated!.Value < forward, $"{forward} bytes before the backward pass, {ProcessMemory.Allocated} after it");
    }

    [Fact]
    public void Memory_OfOwnersThatTellTheirCategories_IsAddedUp()
    {
        using CausalModel model = TinyTraining.NewModel();
        using Projecting owner = new(), other = new();
        long dense = 4 * model.Parameters.Layout.Count;
        MemoryUse once = new MemoryMeter(Trainable.Whole(model) with { Gradients = owner }, owner).Use();
        Assert.Equal((dense + 100, 20, 7 + 5), (once.Gradients, once.OptimizerState, once.Projectors));
        MemoryUse twice = new MemoryMeter(Trainable.Whole(model) with { Gradients = new GradientStores(model.Parameters.Flat!, other) }, owner).Use();
        Assert.Equal((dense + 200, 40, 2 * (7 + 5)), (twice.Gradients, twice.OptimizerState, twice.Projectors));
    }

    /// <summary>An optimizer that is the store of its gradients too.</summary>
    private sealed class Projecting : IOptimizer, IGradientStore, IMemoryOwner
    {
        public IReadOnlyList<(string Name, Tensor Values)> State => throw new InvalidOperationException("Its categories are to be asked for instead.");

        public long StepCount { get; set; }

        public IReadOnlyList<Tensor> Buffers => throw new NotSupportedException();

        public IEnumerable<(MemoryCategory Category, long Bytes)> Memory =>
            [(MemoryCategory.Projectors, 7), (MemoryCategory.OptimizerState, 20), (MemoryCategory.Gradients, 100), (MemoryCategory.Projectors, 5)];

        public void Step(double learningRate) => throw new NotSupportedException();

        public void Zero() => throw new NotSupportedException();

        public double Norm() => throw new NotSupportedException();

        public void Scale(double factor) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private static MemoryUse Check(CausalModel model, Trainable trainable, OptimizerOptions optimizer, long weights, long frozen, long gradients, long state) =>
        Check(model, trainable, optimizer, weights, use => use.Frozen == frozen && use.Mapped == 0, gradients, state);

    private static MemoryUse Check(CausalModel model, Trainable trainable, OptimizerOptions optimizer, long weights,
        Func<MemoryUse, bool> frozen, long gradients, long state)
    {
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, trainable, new TrainOptions { Steps = 3, WarmupSteps = 0, CheckpointEvery = 0, Optimizer = optimizer },
                new TinyTraining.Batches(1), new RandomStream(2));
        List<MemoryReading> readings = [];
        trainer.Run(progress => readings.AddRange(progress.Memory is MemoryReading reading ? [reading] : []));
        MemoryUse use = trainer.Memory;
        Assert.Equal((weights, gradients, state, 0), (use.Trained, use.Gradients, use.OptimizerState, use.Projectors));
        Assert.True(frozen(use), $"frozen {use.Frozen}, mapped {use.Mapped}");
        Assert.Equal(3, use.Steps);
        Assert.Equal(use.Readings, readings.Count);
        if (ProcessMemory.Allocated is not null)
        {
            Assert.Equal(readings.Max(reading => reading.Forward), use.Forward);

            // The allocator counts the whole process: what earlier tests left may be freed in the middle of a step.
            Assert.True(use.Before >= use.Owned() && readings.Any(reading => reading.Forward > reading.Before) && use.Activations > 0, $"{use}");
        }

        return use;
    }
}
