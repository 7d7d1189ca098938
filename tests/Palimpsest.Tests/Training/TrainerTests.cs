using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Optimizers;
using static Palimpsest.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

public sealed class TrainerTests
{
    private static readonly TrainOptions Trajectory = new()
    {
        Steps = 20,
        Accumulate = 2,
        BatchSize = 3,
        LearningRate = 1e-2,
        WarmupSteps = 4,
        FloorRatio = 0,
        Optimizer = new AdamWOptions { WeightDecay = 0.1, DecayAll = true },
        CheckpointEvery = 0,
    };

    [Fact]
    public void Run_TwentySteps_FollowsTheReferenceTrajectory()
    {
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(TestContexts.Golden("trajectory", "expected.json"))).RootElement;
        using CausalModel model = ModelFolder.Load(TestContexts.Golden("trajectory"), TestContexts.F32());
        using Trainer<TokenBatch> trainer = Trainer.Of(model, Trajectory, new RecordedBatches(expected), new RandomStream(7, "train"));
        List<TrainProgress> steps = [];
        Assert.True(trainer.Run(steps.Add));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(1, steps[i].Loss / expected.GetProperty("loss")[i].GetDouble(), 1e-3);
            Assert.Equal(1, steps[i].GradientNorm / expected.GetProperty("grad_norm")[i].GetDouble(), 2e-3);
            Assert.Equal(expected.GetProperty("lr")[i].GetDouble(), steps[i].LearningRate, 1e-9);
        }

        foreach (JsonProperty final in expected.GetProperty("final").EnumerateObject())
        {
            double largest = final.Value.GetProperty("largest").GetDouble();
            float[] actual = [.. model.Parameters[final.Name].detach().contiguous().view(-1).data<float>()];
            float[] wanted = [.. final.Value.GetProperty("first").EnumerateArray().Select(x => x.GetSingle())];
            for (int i = 0; i < wanted.Length; i++)
            {
                Assert.InRange(Math.Abs(wanted[i] - actual[i]) / largest, 0, 2e-3);
            }
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void TryResume_StoppedAtAnyStep_EndsWithTheSameBits(double dropout)
    {
        TrainOptions options = Options() with { Dropout = dropout };
        byte[] whole = Train(options, null, int.MaxValue);
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            Train(options, folder, 3);
            Train(options, folder, 2);
            Assert.Equal(whole, Train(options, folder, int.MaxValue));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void TryResume_AdapterStoppedAtAnyStep_EndsWithTheSameBits(double dropout)
    {
        LoraOptions lora = new() { Rank = 2, Dropout = dropout };
        byte[] whole = TrainAdapter(lora, null, int.MaxValue);
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            TrainAdapter(lora, folder, 3);
            TrainAdapter(lora, folder, 2);
            Assert.Contains("other training settings", Assert.Throws<PalimpsestException>(() => TrainAdapter(lora with { Alpha = 3 }, folder, 1)).Message, StringComparison.Ordinal);
            Assert.Equal(whole, TrainAdapter(lora, folder, int.MaxValue));
            using SafetensorsFile checkpoint = SafetensorsFile.Open(new CheckpointStore(folder).Newest()!);
            Assert.Equal(whole.Length, checkpoint["values"].ByteLength);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Run_DropoutAndEvaluation_EvaluatesTheWholeModel()
    {
        using CausalModel model = NewModel();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, Options() with { Dropout = 0.5, EvaluateEvery = 2, CheckpointEvery = 0 }, new TinyTraining.Batches(1),
            new RandomStream(7, "train"));
        int evaluations = 0;
        trainer.Run(evaluate: _ =>
        {
            evaluations++;
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            Tensor ids = tensor(new long[] { 1, 2, 3 }, [1, 3]);
            Assert.Equal(model.Hidden(ids).contiguous().data<float>().ToArray(), model.Hidden(ids).contiguous().data<float>().ToArray());
            return 0;
        });
        Assert.Equal(4, evaluations);
    }

    [Fact]
    public void TryResume_NewestIsDamaged_IsNamedAndTheOneBeforeEndsWithTheSameBits()
    {
        TrainOptions options = Options() with { KeepCheckpoints = 2 };
        byte[] whole = Train(options, null, int.MaxValue);
        using TemporaryFolder folder = new();
        Train(options, folder.Path, 5);
        string newest = new CheckpointStore(folder.Path).Newest()!;
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[^100] ^= 4;
        Palimpsest.Common.AtomicFile.Write(newest, stream => stream.Write(bytes));
        string message = Assert.Throws<DamagedCheckpointException>(() => Train(options, folder.Path, 1)).Message;
        Assert.StartsWith(newest, message, StringComparison.Ordinal);
        Assert.Contains("The checkpoint before it may be whole", message, StringComparison.Ordinal);

        Assert.Equal(CheckpointStore.SetNewestAside(folder.Path), new CheckpointStore(folder.Path).Newest());
        Assert.Contains("there is no older checkpoint", Assert.Throws<PalimpsestException>(() => CheckpointStore.SetNewestAside(folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.True(File.Exists(newest + ".set-aside"));
        Assert.Equal(whole, Train(options, folder.Path, int.MaxValue));
    }

    [Fact]
    public void TryResume_OtherSettings_AreRefused()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            Train(Options(), folder, 3);
            Assert.Contains("other training settings", Assert.Throws<PalimpsestException>(() => Train(Options() with { LearningRate = 5e-3 }, folder, 1)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Run_LossBecomesNaN_KeepsTheLastGoodCheckpoint()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            using CausalModel model = NewModel();
            CheckpointStore store = new(folder);
            using Trainer<TokenBatch> trainer =
                Trainer.Of(model, Options() with { CheckpointEvery = 4 }, new TinyTraining.Batches(1), new RandomStream(7, "train"), store);
            DivergedException error = Assert.Throws<DivergedException>(() => trainer.Run(progress =>
            {
                if (progress.Step == 5)
                {
                    using IDisposable noGrad = no_grad();
                    model.Parameters.Flat!.Values.fill_(Scalars.Of(double.NaN));
                }
            }));
            Assert.Contains("became infinite or NaN at step 6", error.Message, StringComparison.Ordinal);
            Assert.Contains("step 4", error.Message, StringComparison.Ordinal);
            Assert.True(Ops.AllFinite(model.Parameters.Flat!.Values));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Run_ManySteps_KeepsTheNumberOfLiveTensors()
    {
        using CausalModel model = NewModel();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, Options() with { Steps = 60, CheckpointEvery = 0 }, new TinyTraining.Batches(1), new RandomStream(7, "train"));

        // Tensors that earlier tests left to the finalizer must not go away in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        List<long> counts = [];
        trainer.Run(_ => counts.Add(Tensor.TotalCount));
        Assert.Single(counts.Skip(5).Distinct());
    }

    [Fact]
    public void Run_StoppedBeforeTheFirstStep_WritesACheckpointToGoOnFrom()
    {
        byte[] whole = Train(Options(), null, int.MaxValue);
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            using (CausalModel model = NewModel())
            using (Trainer<TokenBatch> trainer =
                Trainer.Of(model, Options(), new TinyTraining.Batches(1), new RandomStream(7, "train"), new CheckpointStore(folder)))
            {
                Assert.False(trainer.Run(stop: new CancellationToken(canceled: true)));
            }

            Assert.NotNull(new CheckpointStore(folder).Newest());
            Assert.Equal(whole, Train(Options(), folder, int.MaxValue));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Run_TwoThousandSteps_MemoryIsFlat()
    {
        using CausalModel model = NewModel();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, Options() with { Steps = 2000, CheckpointEvery = 0 }, new TinyTraining.Batches(1), new RandomStream(7, "train"));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        List<(long Tensors, long Bytes)> seen = [];
        trainer.Run(progress =>
        {
            if (progress.Step % 100 == 0)
            {
                GC.Collect();
                seen.Add((Tensor.TotalCount, Environment.WorkingSet));
            }
        });
        Assert.Single(seen.Select(item => item.Tensors).Distinct());

        // The first hundreds of steps compile code and fill pools; after them nothing may grow. 16 MB is the noise of the collector.
        double growth = (seen[^4..].Average(item => item.Bytes) - seen[4..8].Average(item => item.Bytes)) / 1e6;
        TestContext.Current.TestOutputHelper?.WriteLine($"{seen[0].Tensors} tensors; {seen[4].Bytes / 1e6:F1} MB at step 500, {seen[^1].Bytes / 1e6:F1} MB at step 2000");
        Assert.InRange(growth, double.NegativeInfinity, 16);
    }

    [Fact]
    public void Run_AdapterWithEverything_KeepsTheNumberOfLiveTensors()
    {
        string saved = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            using (CausalModel fresh = NewModel())
            {
                ModelFolder.Save(fresh, saved);
            }

            using CausalModel model = ModelFolder.Load(saved, TestContexts.F32(), LoadMode.Mapped);
            using LoraAdapter dora = LoraAdapter.Create(model, new LoraOptions { Dora = true, LoraBias = true, Dropout = 0.1, SaveModules = ["lm_head"] }, new RandomStream(4));
            using LoraAdapter plain = LoraAdapter.Create(model, new LoraOptions { Targets = ["embed_tokens", "q_proj"] }, new RandomStream(5));
            using LoraAdapters adapters = new(model);
            using Trainer<TokenBatch> trainer =
                Trainer.Of(dora.Model, Trainable.Adapter(dora), Options() with { Steps = 30, CheckpointEvery = 0 }, new TinyTraining.Batches(1),
                new RandomStream(7, "train"));
            Assert.Contains("Activate an adapter", Assert.Throws<InvalidOperationException>(() => trainer.Run()).Message, StringComparison.Ordinal);
            adapters.Activate(dora, plain);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            List<long> counts = [];
            trainer.Run(_ => counts.Add(Tensor.TotalCount));
            Assert.Single(counts.Skip(5).Distinct());
        }
        finally
        {
            Directory.Delete(saved, recursive: true);
        }
    }

    [Fact]
    public void Save_Bf16Compute_TrainsAndFallsInLoss()
    {
        using CausalModel model = CausalModel.Create(TinyTraining.Config, TestContexts.Bf16(), new RandomStream(3));
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, Options() with { Steps = 30, WarmupSteps = 0, CheckpointEvery = 0 }, new TinyTraining.Batches(1), new RandomStream(7, "train"));
        List<double> losses = [];
        trainer.Run(progress => losses.Add(progress.Loss));
        Assert.True(losses[^1] < losses[0] - 0.5, $"{losses[0]} -> {losses[^1]}");
    }

    private static TrainOptions Options() => new() { Steps = 8, WarmupSteps = 2, LearningRate = 1e-2, CheckpointEvery = 2, KeepCheckpoints = 1 };

    private static CausalModel NewModel() => TinyTraining.NewModel();

    private static byte[] TrainAdapter(LoraOptions lora, string? folder, int stopAfter)
    {
        string saved = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            using (CausalModel fresh = NewModel())
            {
                ModelFolder.Save(fresh, saved);
            }

            using CausalModel model = ModelFolder.Load(saved, TestContexts.F32(), LoadMode.Mapped);
            using LoraAdapter adapter = LoraAdapter.Create(model, lora, new RandomStream(4));
            using LoraAdapters adapters = new(model);
            adapters.Activate(adapter);
            using Trainer<TokenBatch> trainer =
                Trainer.Of(adapter.Model, Trainable.Adapter(adapter), Options(), new TinyTraining.Batches(1), new RandomStream(7, "train"), folder is null
                ? null : new CheckpointStore(folder));
            Run(trainer, stopAfter);
            return adapter.Parameters.Values.bytes.ToArray();
        }
        finally
        {
            Directory.Delete(saved, recursive: true);
        }
    }

    private sealed class RecordedBatches(JsonElement expected) : IBatchSource<TokenBatch>
    {
        private readonly long[] _ids = [.. expected.GetProperty("ids").EnumerateArray().Select(x => x.GetInt64())];
        private readonly long[] _labels = [.. expected.GetProperty("labels").EnumerateArray().Select(x => x.GetInt64())];
        private int _next;

        public TokenBatch Next()
        {
            const int size = 3 * 17;
            long[] ids = _ids[(_next * size)..((_next + 1) * size)], labels = _labels[(_next * size)..((_next + 1) * size)];
            _next++;
            (long[] rows, long[] targets) = Evaluation.Parity.CausalParity.Targets(labels, 17);
            return new TokenBatch(ids, 3, 17, rows, targets, size);
        }

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
