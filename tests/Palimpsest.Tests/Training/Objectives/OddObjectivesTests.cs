using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Objectives;

/// <summary>Objectives of kinds that no method here has yet: several batches a step, a state of its own, hidden layers of policy and reference, alternation.
/// Each trains, and goes on after a stop with the same bits.</summary>
public sealed class OddObjectivesTests
{
    private static readonly TrainOptions s_options =
        new() { Steps = 8, Accumulate = 2, LearningRate = 1e-2, WarmupSteps = 0, CheckpointEvery = 4, ClipNorm = 1 };

    /// <summary>Forget and retain in one batch, each with a mean of its own, and a multiplier that moves with the retain loss: lambda = max(0, lambda + step
    /// (retain - level)).</summary>
    private sealed class Dual(CausalModel model) : Objective<(TokenBatch Forget, TokenBatch Retain)>
    {
        private readonly Tensor _lambda = ones(1).DetachFromDisposeScope();
        private double _forget, _retain;

        public override string Settings => "dual";

        public override IReadOnlyList<(string Name, Tensor Values)> State => [("lambda", _lambda)];

        public double Lambda => Ops.Number(_lambda);

        public override int Tokens((TokenBatch Forget, TokenBatch Retain) batch) => batch.Forget.Tokens + batch.Retain.Tokens;

        public override double Begin(IReadOnlyList<(TokenBatch Forget, TokenBatch Retain)> window, int step)
        {
            (_forget, _retain) = (window.Sum(batch => batch.Forget.Targets.Length), window.Sum(batch => batch.Retain.Targets.Length));
            return 1;
        }

        public override Tensor Sum((TokenBatch Forget, TokenBatch Retain) batch, ObjectivePass pass)
        {
            Tensor forget = Ops.Scale(model.LossSum(model.Hidden(batch.Forget), batch.Forget.Rows, batch.Forget.Targets), -1 / _forget);
            Tensor retain = Ops.Scale(model.LossSum(model.Hidden(batch.Retain), batch.Retain.Rows, batch.Retain.Targets), 1 / _retain);
            pass.Report("retain", Ops.Number(retain) * _retain, batch.Retain.Targets.Length);

            // One is done in each step alone, then both: an objective may alternate.
            return pass.Step % 2 == 0 ? Ops.Add(forget, retain.mul(_lambda)) : retain.mul(_lambda).sum();
        }

        public override void End(int step, IReadOnlyDictionary<string, double> figures)
        {
            using Tensor next = tensor(new[] { (float)Math.Max(0, Lambda + (0.1 * (figures["retain"] - 3))) });
            _lambda.copy_(next);
        }

        protected override void Dispose(bool disposing)
        {
            _lambda.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Holds a hidden layer of the policy to that of a frozen reference.</summary>
    private sealed class Layers(CausalModel policy, CausalModel reference, string point) : Objective<TokenBatch>
    {
        public override int Tokens(TokenBatch batch) => batch.Tokens;

        public override double Begin(IReadOnlyList<TokenBatch> window, int step) => window.Sum(batch => batch.Ids.Length);

        public override Tensor Sum(TokenBatch batch, ObjectivePass pass)
        {
            Tensor wanted;
            using (no_grad())
            {
                wanted = reference.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time]), stopAfter: point);
            }

            return Ops.Subtract(policy.Hidden(tensor(batch.Ids, [batch.Batch, batch.Time]), stopAfter: point), wanted).square().sum();
        }
    }

    private sealed class Twice(long seed) : IBatchSource<(TokenBatch Forget, TokenBatch Retain)>
    {
        private readonly TinyTraining.Batches _batches = new(seed);

        public (TokenBatch Forget, TokenBatch Retain) Next() => (_batches.Next(), _batches.Next());

        public string SaveCursor() => _batches.SaveCursor();

        public void RestoreCursor(string cursor) => _batches.RestoreCursor(cursor);
    }

    [Fact]
    public void TwoBatchesWithAState_StoppedAndResumed_EndWithTheSameBits()
    {
        using TemporaryFolder whole = new(), parts = new();
        (byte[] once, double lambda) = Train(whole.Path, stopAfter: 99);
        Train(parts.Path, stopAfter: 5);
        (byte[] resumed, double again) = Train(parts.Path, stopAfter: 99);
        Assert.Equal(once, resumed);
        Assert.Equal(lambda, again);
        Assert.NotEqual(1, lambda);
        using CausalModel fresh = TinyTraining.NewModel();
        Assert.NotEqual(once, Bytes(fresh));

        static (byte[] Weights, double Lambda) Train(string folder, int stopAfter)
        {
            using CausalModel model = TinyTraining.NewModel();
            using Dual objective = new(model);
            using Trainer<(TokenBatch Forget, TokenBatch Retain)> trainer =
                new(Trainable.Whole(model), objective, s_options, new Twice(1), new RandomStream(7, "train"), new CheckpointStore(folder));
            trainer.TryResume();
            using CancellationTokenSource stop = new();
            List<string> names = [];
            trainer.Run(
                progress =>
                {
                    names.AddRange(progress.Figures.Keys);
                    if (progress.Step == stopAfter)
                    {
                        stop.Cancel();
                    }
                },
                stop: stop.Token);
            Assert.Contains("retain", names);
            return (Bytes(model), objective.Lambda);
        }
    }

    [Fact]
    public void State_OfAnotherObjective_IsRefusedAndNothingIsChanged()
    {
        using TemporaryFolder folder = new();
        using (CausalModel model = TinyTraining.NewModel())
        using (Dual objective = new(model))
        using (Trainer<(TokenBatch Forget, TokenBatch Retain)> trainer =
            new(Trainable.Whole(model), objective, s_options, new Twice(1), new RandomStream(7, "train"), new CheckpointStore(folder.Path)))
        {
            trainer.Run();
        }

        using CausalModel other = TinyTraining.NewModel();
        byte[] before = Bytes(other);
        using Trainer<TokenBatch> plain =
            Trainer.Of(other, s_options, new TinyTraining.Batches(1), new RandomStream(7, "train"), new CheckpointStore(folder.Path));
        Assert.Contains("objective.lambda", Assert.Throws<PalimpsestException>(() => plain.TryResume()).Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes(other));
    }

    [Fact]
    public void HiddenLayers_OfPolicyAndReference_ComeTogether()
    {
        using CausalModel policy = TinyTraining.NewModel(), reference = CausalModel.Create(TinyTraining.Config, TestContexts.F32(), new RandomStream(99));
        using Layers objective = new(policy, reference, "blocks.0.hook_resid_post");
        using Trainer<TokenBatch> trainer =
            new(Trainable.Whole(policy), objective, s_options with { Steps = 60, CheckpointEvery = 0 }, new TinyTraining.Batches(1),
            new RandomStream(7, "train"));
        List<double> losses = [];
        byte[] last = Bytes(policy, "model.layers.1.");
        trainer.Run(progress => losses.Add(progress.Loss));
        Assert.True(losses[^1] < 0.3 * losses[0], $"{losses[0]} -> {losses[^1]}");
        Assert.Equal(last, Bytes(policy, "model.layers.1.")); // behind the layer nothing takes part
    }

    [Fact]
    public void Edits_ComeBeforeNormAndStep_AndDrawTheSameAfterAResume()
    {
        using TemporaryFolder whole = new(), parts = new();
        byte[] once = Train(whole.Path, 99), plain = Train(null, 99, edited: false);
        Train(parts.Path, 3);
        Assert.Equal(once, Train(parts.Path, 99));
        Assert.NotEqual(once, plain);

        static byte[] Train(string? folder, int stopAfter, bool edited = true)
        {
            using CausalModel model = TinyTraining.NewModel();
            Trainable trainable = Trainable.Whole(model) with { Edits = edited ? [new Noise()] : [] };
            using Trainer<TokenBatch> trainer =
                Trainer.Of(model, trainable, s_options, new TinyTraining.Batches(1), new RandomStream(7, "train"), folder is null
                ? null : new CheckpointStore(folder));
            trainer.TryResume();
            using CancellationTokenSource stop = new();
            trainer.Run(
                progress =>
                {
                    if (progress.Step == stopAfter)
                    {
                        stop.Cancel();
                    }
                },
                stop: stop.Token);
            return Bytes(model);
        }
    }

    private sealed class Noise : IGradientEdit
    {
        public void Edit(FlatParameters parameters, RandomStream random)
        {
            using DisposeScope scope = NewDisposeScope();
            using Generator generator = new(random.NextUInt64());
            Ops.AddInPlace(parameters.Gradients, randn(parameters.Layout.Count, generator: generator), 1e-2);
        }
    }

    private static byte[] Bytes(CausalModel model, string prefix = "") =>
        [.. model.Parameters.Layout.Slots.Where(slot => slot.Name.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(slot =>
            model.Parameters[slot.Name].detach().contiguous().bytes.ToArray())];
}
