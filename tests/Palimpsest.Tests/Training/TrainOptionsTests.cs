using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Optimizers;
using static Palimpsest.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

public sealed class TrainOptionsTests
{
    private static readonly TrainOptions s_short = new() { Steps = 8, WarmupSteps = 2, LearningRate = 1e-2, CheckpointEvery = 2, KeepCheckpoints = 1 };

    [Theory]
    [InlineData(0.0, false, false)]
    [InlineData(0.9, false, false)]
    [InlineData(0.9, true, true)]
    public void TryResume_SgdStoppedAtAnyStep_EndsWithTheSameBits(double momentum, bool nesterov, bool decoupled)
    {
        TrainOptions options =
            s_short with { Optimizer = new SgdOptions { Momentum = momentum, Nesterov = nesterov, WeightDecay = 0.1, DecoupledWeightDecay = decoupled } };
        byte[] whole = Train(options, null);
        using TemporaryFolder folder = new();
        Train(options, folder.Path, stopAfter: 3);
        Train(options, folder.Path, stopAfter: 2);
        Assert.Contains("another optimizer", Assert.Throws<PalimpsestException>(() => Train(s_short, folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(whole, Train(options, folder.Path));
    }

    [Theory]
    [InlineData(AdamW8bitCompat.Cuda)]
    [InlineData(AdamW8bitCompat.Cpu)]
    public void TryResume_AdamW8bitStoppedAtAnyStep_EndsWithTheSameBits(AdamW8bitCompat compat)
    {
        // The embedding has 6,400 entries, so its moments are quantised; those of the other parameters are not.
        TrainOptions options = s_short with { Optimizer = new AdamW8bitOptions { WeightDecay = 0.1, Compat = compat } };
        byte[] whole = Train(options, null, vocabulary: 200);
        using TemporaryFolder folder = new();
        Train(options, folder.Path, stopAfter: 3, vocabulary: 200);
        using (SafetensorsFile checkpoint = SafetensorsFile.Open(new CheckpointStore(folder.Path).Newest()!))
        {
            Assert.Equal((TensorType.U8, TensorType.F32), (checkpoint["codes1.model.embed_tokens.weight"].Type, checkpoint["exp_avg.model.norm.weight"].Type));
        }

        Train(options, folder.Path, stopAfter: 2, vocabulary: 200);
        Assert.Contains("another optimizer", Assert.Throws<PalimpsestException>(() => Train(s_short, folder.Path, vocabulary: 200)).Message,
            StringComparison.Ordinal);
        Assert.Equal(whole, Train(options, folder.Path, vocabulary: 200));
        Assert.NotEqual(whole, Train(s_short with { Optimizer = new AdamWOptions { WeightDecay = 0.1 } }, null, vocabulary: 200));
    }

    [Fact]
    public void Load_StateOfAnotherShapeOrType_IsRefusedAndChangesNothing()
    {
        using TemporaryFolder folder = new();
        using FlatParameters parameters = new(new ParameterLayout([("w", [4L])]));
        CheckpointStore store = new(folder.Path);
        using Tensor codes = zeros(8, ScalarType.Byte), longer = ones(9, ScalarType.Byte), wider = ones(8, ScalarType.Float32);
        store.Save(parameters, [("codes", codes)], new TrainState(1, 0, 0, "", null, parameters.Layout.Hash, ""), 1);
        parameters.Values.fill_(Scalars.One);
        Assert.Contains("\"codes\" is U8 [8], but Byte [9] is needed", Refusal(longer), StringComparison.Ordinal);
        Assert.Contains("\"codes\" is U8 [8], but Float32 [8] is needed", Refusal(wider), StringComparison.Ordinal);
        Assert.All(TensorBytes.ToArray(parameters.Values), value => Assert.Equal(1f, value));
        CheckpointStore.Load(store.Newest()!, parameters, [("codes", codes)]);
        Assert.All(TensorBytes.ToArray(parameters.Values), value => Assert.Equal(0f, value));

        string Refusal(Tensor other) => Assert.Throws<PalimpsestException>(() => CheckpointStore.Load(store.Newest()!, parameters, [("codes", other)])).Message;
    }

    [Fact]
    public void Run_GroupsThatSayNothingNew_EndWithTheSameBits()
    {
        TrainOptions options = s_short with { Optimizer = new AdamWOptions { WeightDecay = 0.1 } };
        Assert.Equal(Train(options, null), Train(options with { Groups = [new() { Match = "." }] }, null));
        Assert.NotEqual(Train(options, null), Train(options with { Groups = [new() { Match = "norm", LearningRateFactor = 0.5 }] }, null));
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("sgd")]
    public void Run_FrozenGroup_LeavesItsBitsAndMovesTheOthers(string optimizer)
    {
        using CausalModel model = TinyTraining.NewModel();
        Dictionary<string, float[]> before = Values(model);
        using (Trainer<TokenBatch> trainer =
            Trainer.Of(model,
            s_short with
            {
                Optimizer = optimizer == "sgd" ? new SgdOptions() : new AdamWOptions(),
                CheckpointEvery = 0,
                Groups = [new() { Match = @"layers\.0\.|embed", Frozen = true }]
            }, new TinyTraining.Batches(1), new RandomStream(7, "train")))
        {
            trainer.Run();
        }

        Dictionary<string, float[]> after = Values(model);
        foreach (string name in before.Keys)
        {
            bool frozen = name.Contains("layers.0.", StringComparison.Ordinal) || name.Contains("embed", StringComparison.Ordinal);
            Assert.Equal(frozen, before[name].SequenceEqual(after[name]));
            Assert.True(model.Parameters[name].requires_grad);
        }
    }

    [Fact]
    public void Run_GroupWithFactorZero_EqualsAFrozenOneButForTheClipping()
    {
        TrainOptions options = s_short with { ClipNorm = 0 };
        Assert.Equal(Train(options with { Groups = [new() { Match = "mlp", Frozen = true }] }, null), Train(options with { Groups = [new() { Match = "mlp", LearningRateFactor = 0 }] }, null));
    }

    [Fact]
    public void Trainer_GroupsThatMeanNothing_AreRefused()
    {
        Assert.Contains("no parameter is left for \"wte\"", Refusal(new() { Match = "wte" }), StringComparison.Ordinal);
        Assert.Contains("every parameter is frozen", Refusal(new() { Match = "", Frozen = true }), StringComparison.Ordinal);
        Assert.Contains("no regular expression", Refusal(new() { Match = "(" }), StringComparison.Ordinal);
        Assert.Contains("no regular expression", Refusal(new() { Match = "(?=norm)" }), StringComparison.Ordinal);

        static string Refusal(ParameterGroup group) => Assert.Throws<PalimpsestException>(() => Train(s_short with { Groups = [group] }, null)).Message;
    }

    [Fact]
    public void TryResume_OtherGroups_AreRefused()
    {
        using TemporaryFolder folder = new();
        Train(s_short with { Groups = [new() { Match = "norm", LearningRateFactor = 2 }] }, folder.Path, stopAfter: 3);
        Assert.Contains("other training settings", Assert.Throws<PalimpsestException>(() => Train(s_short with { Groups = [new() { Match = "norm", LearningRateFactor = 3 }] }, folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_EvaluationsGetNoBetter_StopsEarlyAndPutsTheBestBack(int stopAfter)
    {
        // The third evaluation is lower than the second, but not by more than the delta; the fifth would be better again.
        double[] losses = [3.0, 2.0, 1.95, 2.5, 1.0];
        TrainOptions options = s_short with { Steps = 20, EvaluateEvery = 2, EarlyStopping = new() { Patience = 2, MinDelta = 0.1 } };
        using TemporaryFolder folder = new();
        byte[] best = [];
        TrainState state;
        bool ended;
        byte[] kept;
        do
        {
            using CausalModel model = TinyTraining.NewModel();
            using Trainer<TokenBatch> trainer =
                Trainer.Of(model, options, new TinyTraining.Batches(1), new RandomStream(7, "train"), new CheckpointStore(folder.Path));
            trainer.TryResume();
            using CancellationTokenSource stop = new();
            int steps = 0;
            ended = trainer.Run(
                _ =>
                {
                    if (++steps == stopAfter)
                    {
                        stop.Cancel();
                    }
                },
                step =>
                {
                    best = step == 6 ? model.Parameters.Flat!.Values.bytes.ToArray() : best;
                    return losses[(step / 2) - 1];
                },
                stop.Token);
            (state, kept) = (trainer.State, model.Parameters.Flat!.Values.bytes.ToArray());
            Assert.Equal(ended, trainer.StoppedEarly);
        }
        while (!ended);

        // Asked once more, a run that has ended stays so.
        using CausalModel again = TinyTraining.NewModel();
        using Trainer<TokenBatch> resumed =
            Trainer.Of(again, options, new TinyTraining.Batches(1), new RandomStream(7, "train"), new CheckpointStore(folder.Path));
        Assert.True(resumed.TryResume());
        Assert.True(resumed.Run(evaluate: _ => throw new InvalidOperationException("no more steps")));
        Assert.Equal((8, 6, 1.95, 2.0, 2), (state.Step, state.BestStep, state.BestLoss!.Value, state.StaleLoss!.Value, state.Stale));
        Assert.Equal(best, kept);
        Assert.Equal(best, again.Parameters.Flat!.Values.bytes.ToArray());
    }

    [Fact]
    public void Trainer_EarlyStoppingThatCannotWork_IsRefused()
    {
        Assert.Contains("evaluate_every", Assert.Throws<PalimpsestException>(() => Train(s_short with { EarlyStopping = new() }, null)).Message, StringComparison.Ordinal);
        Assert.Contains("folder for checkpoints", Assert.Throws<PalimpsestException>(() => Train(s_short with { EarlyStopping = new(), EvaluateEvery = 2 }, null)).Message, StringComparison.Ordinal);
        Assert.Contains("patience", Assert.Throws<PalimpsestException>(() => Train(s_short with { EarlyStopping = new() { Patience = 0 }, EvaluateEvery = 2 }, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ProjectionOntoAnOrthant_HoldsAfterEveryStep()
    {
        Orthant orthant = new();
        using CausalModel model = TinyTraining.NewModel();
        orthant.Start(model.Parameters.Flat!);
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, Trainable.Whole(model) with { Projection = orthant }, s_short with { CheckpointEvery = 0 }, new TinyTraining.Batches(1),
            new RandomStream(7, "train"));
        int moved = 0;
        trainer.Run(_ =>
        {
            float[] values = TensorBytes.ToArray(model.Parameters.Flat!.Values);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.True((values[i] - orthant.Base[i]) * Orthant.Sign(i) >= 0);
                moved += values[i] == orthant.Base[i] ? 0 : 1;
            }
        });
        Assert.True(moved > 1000);
    }

    private static Dictionary<string, float[]> Values(CausalModel model) => model.Parameters.Layout.Slots.ToDictionary(slot => slot.Name, slot => TensorBytes.ToArray(model.Parameters[slot.Name].detach()));

    /// <summary>Keeps every parameter on its side of where it began: up for even indices, down for odd ones.</summary>
    private sealed class Orthant : IStepProjection
    {
        public float[] Base { get; private set; } = [];

        public void Start(FlatParameters parameters) => Base = TensorBytes.ToArray(parameters.Values);

        public static int Sign(long index) => index % 2 == 0 ? 1 : -1;

        public void Project(long offset, Span<float> values)
        {
            for (int i = 0; i < values.Length; i++)
            {
                float start = Base[offset + i];
                values[i] = Sign(offset + i) > 0 ? Math.Max(values[i], start) : Math.Min(values[i], start);
            }
        }
    }
}
