using Palimpsest.Data.Batches;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives.Preferences;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Objectives;

/// <summary>Preferences without reference values: gradients by finite differences, the first loss, references, caches, and exact resume.</summary>
public sealed class PreferenceTests
{
    public static TheoryData<string> Losses => [.. PreferenceLosses.All.Keys, "simpo", "cpo", "orpo"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Loss_Gradients_EqualFiniteDifferences(string name)
    {
        PreferenceLoss loss = name switch
        {
            "simpo" => PreferenceLosses.Simpo,
            "cpo" => PreferenceLosses.Cpo,
            "orpo" => PreferenceLosses.Orpo,
            _ => PreferenceLosses.All[name],
        };
        using DisposeScope scope = NewDisposeScope();
        double[] chosen = [-7.1, -3.2, -12.4], rejected = [-8.3, -2.9, -15.0];
        Tensor[] leaves = [tensor(chosen).requires_grad_(true), tensor(rejected).requires_grad_(true)];
        Autograd.Backward(Value(leaves[0], leaves[1]));
        for (int side = 0; side < 2; side++)
        {
            for (int i = 0; i < 3; i++)
            {
                const double step = 1e-6;
                double At(double distance)
                {
                    double[][] moved = [[.. chosen], [.. rejected]];
                    moved[side][i] += distance;
                    return Ops.Number(Value(tensor(moved[0]), tensor(moved[1])));
                }

                double slope = (At(step) - At(-step)) / (2 * step);
                Assert.Equal(slope, leaves[side].grad!.data<double>().ToArray()[i], 1e-7 * Math.Max(1, Math.Abs(slope)));
            }
        }

        Tensor Value(Tensor a, Tensor b) => loss.PerPair(new PreferenceTerms(
            a, b, tensor(new[] { -7.5, -3.0, -11.0 }), tensor(new[] { -8.0, -3.5, -14.0 }), tensor(new[] { 3.0, 2.0, 5.0 }), tensor(new[] { 4.0, 2.0, 6.0 }),
                0.3, loss.Smooths ? 0.1 : 0, 0.5)).sum();
    }

    [Theory]
    [InlineData("sigmoid", 0.69314718056)]
    [InlineData("hinge", 1)]
    [InlineData("ipo", 25)]
    public void FirstLoggedLoss_OfAnUntouchedPolicy_IsWhatTheFormulaGives(string loss, double expected)
    {
        List<TrainProgress> steps = [];
        Train(new DpoOptions { LossType = loss, Beta = 0.1 }, null, steps.Add);
        Assert.Equal(expected, steps[0].Loss, 1e-5 * expected);
        Assert.Equal(0, steps[0].Figures["rewards/margins"], 1e-5);
        Assert.True(Math.Abs(steps[^1].Figures["rewards/margins"]) > 1e-3); // it moves
    }

    [Fact]
    public void TryResume_InTheMiddle_EndsWithTheSameBits()
    {
        using TemporaryFolder whole = new(), parts = new();
        byte[] once = Train(new DpoOptions(), whole.Path, null);
        Train(new DpoOptions(), parts.Path, null, stopAfter: 5);
        Assert.Equal(once, Train(new DpoOptions(), parts.Path, null));
    }

    [Fact]
    public void AdapterOff_Scores_EqualThoseOfTheBaseToTheBit()
    {
        using CausalModel model = ModelFolder.Load<CausalModel>(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped),
            plain = ModelFolder.Load<CausalModel>(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions { Init = LoraInit.Random }, new RandomStream(1));
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        using AdapterOffReference off = new(model, adapters);
        TokenBatch answers = Pairs(3).Answers;
        Assert.Equal(AnswerScores.Constant(plain, answers), off.Score(answers));
        Assert.NotEqual(AnswerScores.Constant(model, answers), off.Score(answers)); // the adapter is on again

        // In the middle of a training with dropout too.
        using ITrainingMode mode = Trainable.Adapter(adapter).Mode!(new TrainOptions { Dropout = 0.5 });
        Assert.Equal(AnswerScores.Constant(plain, answers), off.Score(answers));
        mode.BeginPass(new RandomStream(2));
        Assert.Equal(AnswerScores.Constant(plain, answers), off.Score(answers));
        using IDisposable disabled = adapters.Disabled();
        Assert.NotEqual(AnswerScores.Constant(plain, answers), AnswerScores.Constant(model, answers)); // and dropout is on again
    }

    [Fact]
    public void Cache_KnownAnswers_AreNotAskedAgainAndSurviveAKilledWrite()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "scores.bin");
        TokenBatch first = Pairs(1).Answers, second = Pairs(2).Answers;
        double[] scores;
        using (CachedReference cache = new(new Counting(), path))
        {
            scores = cache.Score(first);
            Assert.Equal(scores, cache.Score(first));
        }

        File.AppendAllText(path, "half a record");
        Counting asked = new();
        using CachedReference again = new(asked, path);
        Assert.Equal(scores, again.Score(first));
        Assert.Equal(0, asked.Calls);
        again.Score(second);
        Assert.Equal(1, asked.Calls);
        Assert.Equal(first.Batch + second.Batch, again.Count);
    }

    private sealed class Counting : IReferenceModel
    {
        public int Calls { get; private set; }

        public double[] Score(TokenBatch answers)
        {
            Calls++;
            return [.. Enumerable.Range(0, answers.Batch).Select(row => -row - (0.5 * Calls))];
        }

        public Tensor Compute(Func<CausalModel, Tensor> read) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private static PreferenceBatch Pairs(long seed)
    {
        RandomStream random = new(seed, "pairs");
        AnswerSequences[] pairs = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            int[] prompt = [.. Enumerable.Range(0, 4).Select(_ => random.NextInt(50))];
            TokenSequence Answer() => new([.. prompt, .. Enumerable.Range(0, 2 + random.NextInt(4)).Select(_ => random.NextInt(50))], prompt.Length);
            return new AnswerSequences(Answer(), Answer(), true);
        })];
        return PreferenceBatch.Of(pairs);
    }

    private sealed class Batches : IBatchSource<PreferenceBatch>
    {
        private long _next = 1;

        public PreferenceBatch Next() => Pairs(_next++);

        public string SaveCursor() => _next.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public void RestoreCursor(string cursor) => _next = long.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] Train(PreferenceOptions options, string? folder, Action<TrainProgress>? seen, int stopAfter = 99)
    {
        using CausalModel model = TinyTraining.NewModel();
        using CachedReference reference = new(new FrozenReference(TinyTraining.NewModel()), folder is null ? null : Path.Combine(folder, "reference.bin"));
        using PreferenceObjective objective = new(model, options, reference);
        TrainOptions settings = new() { Steps = 10, LearningRate = 1e-2, WarmupSteps = 0, CheckpointEvery = 2, Accumulate = 2 };
        using Trainer<PreferenceBatch> trainer =
            new(Trainable.Whole(model), objective, settings, new Batches(), new RandomStream(7, "train"), folder is null ? null : new CheckpointStore(folder));
        trainer.TryResume();
        using CancellationTokenSource stop = new();
        trainer.Run(
            progress =>
            {
                seen?.Invoke(progress);
                if (progress.Step == stopAfter)
                {
                    stop.Cancel();
                }
            },
            stop: stop.Token);
        return model.Parameters.Flat!.Values.bytes.ToArray();
    }
}
