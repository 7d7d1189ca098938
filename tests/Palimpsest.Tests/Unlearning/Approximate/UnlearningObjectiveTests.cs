using Palimpsest.Data.Batches;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Training;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>Unlearning without reference values: finite differences, micro-batches, parts of scores, adapters, exact resume.</summary>
public sealed class UnlearningObjectiveTests
{
    public static TheoryData<string> Methods => [.. UnlearningMethods.Choices.Keys];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_AlongARandomDirection_EqualFiniteDifferences(string method)
    {
        using CausalModel policy = Model(3);
        using FrozenReference reference = new(Model(4)), reinforced = new(Model(5));
        UnlearningOptions options = Options(method);
        ForgetRetainBatch batch = Batch(1, 4);
        FrozenModels models = new() { Reference = reference, Reinforced = reinforced };
        foreach (int step in options is ScrubOptions ? [0, 1] : new[] { 0 })
        {
            using DisposeScope scope = NewDisposeScope();
            Loss(policy, options, models, [batch], step);
            FlatParameters flat = policy.Parameters.Flat!;
            Tensor direction = TestContexts.Normal(9, flat.Layout.Count).to_type(ScalarType.Float64);
            double slope = Ops.Number(flat.Gradients.mul(direction).sum());
            Func<double> value = Fixed(policy, options, batch) ?? (() => Loss(policy, options, models, [batch], step, backward: false));
            const double h = 1e-6;
            double At(double distance)
            {
                using IDisposable noGrad = no_grad();
                using Tensor old = flat.Values.clone();
                Ops.AddInPlace(flat.Values, direction, distance);
                double found = value();
                flat.Values.copy_(old);
                return found;
            }

            double expected = ((8 * (At(h) - At(-h))) - (At(2 * h) - At(-2 * h))) / (12 * h); // of fourth order: the direction is long
            Assert.True(Math.Abs(slope - expected) <= 2e-7 * Math.Max(1e-3, Math.Abs(expected)),
                $"{method}, step {step}: {slope:R}, differences give {expected:R}");
            Assert.NotEqual(0, slope);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Sum_OverMicroBatches_IsThatOfTheWhole(string method)
    {
        using CausalModel policy = Model(3);
        using FrozenReference reference = new(Model(4)), reinforced = new(Model(5));
        UnlearningOptions options = Options(method);
        FrozenModels models = new() { Reference = reference, Reinforced = reinforced };
        double whole = Loss(policy, options, models, [Batch(1, 4)], 0);
        using Tensor gradients = policy.Parameters.Flat!.Gradients.clone();
        double parts = Loss(policy, options, models, [Batch(1, 4, 0, 1), Batch(1, 4, 1, 3)], 0);
        Assert.Equal(whole, parts, 1e-11 * Math.Max(1, Math.Abs(whole)));
        Assert.InRange(TestContexts.LargestDifference(gradients, policy.Parameters.Flat!.Gradients), 0, 1e-6 * Ops.Value(gradients.abs().max()));
    }

    [Fact]
    public void ReadScores_InSeveralParts_EqualsAllAtOnce()
    {
        // 64 MiB hold the scores of 41 positions; the batch has more targets.
        using CausalModel policy = TinyTraining.NewModel(vocabulary: 400_000);
        using FrozenReference reference = new(CausalModel.Create(policy.Config, TestContexts.F32(), new RandomStream(8)));
        ForgetRetainBatch batch = Batch(1, 8);
        Assert.True(batch.Retain!.Targets.Length > 41);
        using DisposeScope scope = NewDisposeScope();
        double found = Loss(policy, new KlMinOptions { Gamma = 1e-9 }, new FrozenModels { Reference = reference }, [batch], 0);
        Tensor gradients = policy.Parameters.Flat!.Gradients.clone();
        policy.Parameters.Flat!.ZeroGradients();
        Tensor Log(CausalModel model) => model.Logits(model.Hidden(batch.Retain)).view(batch.Retain.Ids.Length, -1)
            .index_select(0, tensor(batch.Retain.Rows)).log_softmax(-1);
        Tensor theirs = reference.Compute(Log), divergence = theirs.exp().mul(Ops.Subtract(theirs, Log(policy))).sum();
        Tensor mean = Ops.Scale(divergence, 1.0 / batch.Retain.Targets.Length);
        Autograd.Backward(mean);
        Assert.Equal(Ops.Number(mean), found, 1e-5);
        Assert.InRange(TestContexts.LargestDifference(policy.Parameters.Flat!.Gradients, gradients), 0, 1e-4 * Ops.Value(gradients.abs().max()));
    }

    [Fact]
    public void AdapterOff_IsTheFrozenModel_ForScoresDistributionsAndActivations()
    {
        using CausalModel model = ModelFolder.Load<CausalModel>(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Create(model, new LoraOptions(), new RandomStream(1));
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        using AdapterOffReference off = new(model, adapters);
        UnlearningOptions[] methods = [new NpoOptions { Retain = RetainLoss.Kl }, new RmuOptions { Layer = 0, Coefficient = 1e-9 }];
        foreach (UnlearningOptions options in methods)
        {
            // A fresh adapter changes nothing: the frozen model and the trained one are the same.
            IReadOnlyDictionary<string, double> figures = Figures(model, options, new FrozenModels { Reference = off }, Batch(1, 4));
            Assert.Equal(0, figures["retain"], 1e-6);
            Assert.Equal(options is NpoOptions npo ? 2 / npo.Beta * Math.Log(2) : figures["forget"], figures["forget"], 1e-4);
        }

        Assert.Same(adapter, Assert.Single(adapters.Active));
    }

    [Theory]
    [InlineData("pdu")]
    [InlineData("npo")]
    [InlineData("scrub")]
    public void TryResume_InTheMiddle_EndsWithTheSameBits(string method)
    {
        using TemporaryFolder whole = new(), parts = new();
        byte[] once = Train(method, whole.Path, 99);
        Train(method, parts.Path, 5);
        Assert.Equal(once, Train(method, parts.Path, 99));
        using CausalModel fresh = TinyTraining.NewModel();
        Assert.NotEqual(once, fresh.Parameters.Flat!.Values.bytes.ToArray());
    }

    [Fact]
    public void Forgetting_OnTheTinyModel_ForgetsAndKeeps()
    {
        using CausalModel policy = TinyTraining.NewModel();
        ForgetRetainBatch batch = Batch(1, 4);
        double Nll(TokenBatch rows) => -AnswerScores.Constant(policy, rows).Sum() / rows.Targets.Length;
        double forget = Nll(batch.Forget), retain = Nll(batch.Retain!);
        using UnlearningObjective objective = UnlearningObjective.Of(policy, new GradDiffOptions(), new FrozenModels(), new RandomStream(1));
        using Trainer<ForgetRetainBatch> trainer = new(Trainable.Whole(policy), objective, new TrainOptions { Steps = 30, LearningRate = 5e-3 },
            new Repeated(batch), new RandomStream(1));
        trainer.Run();
        Assert.True(Nll(batch.Forget) > forget + 1);
        Assert.True(Nll(batch.Retain!) < retain);
    }

    [Fact]
    public void Scrub_PhasesOnForgetRows_TakeTurnsAndEnd()
    {
        ScrubOptions options = new() { PhaseSteps = 2, ForgetPhases = 2 };
        IEnumerable<string> first = Enumerable.Range(0, 12).Select(step => options.Terms(step)[0].Name);
        Assert.Equal("forget forget retain retain forget forget retain retain retain retain retain retain", string.Join(' ', first));
        Assert.Equal("forget", (options with { ForgetPhases = 0 }).Terms(8)[0].Name);
    }

    [Fact]
    public void Multiplier_DuringTheWarmup_StaysWhereItIs()
    {
        using CausalModel policy = TinyTraining.NewModel();
        using PduObjective objective = (PduObjective)UnlearningObjective.Of(policy, new PduOptions { Eps = 1, DualWarmup = 2 }, new FrozenModels(),
            new RandomStream(1));
        List<double> course = [];
        for (int step = 1; step <= 4; step++)
        {
            objective.End(step, new Dictionary<string, double>(StringComparer.Ordinal) { ["retain"] = 3 });
            course.Add(objective.Lambda);
        }

        Assert.Equal([1, 1, 3, 5], course);
    }

    [Fact]
    public void Of_WithoutWhatAMethodNeeds_SaysWhat()
    {
        using CausalModel policy = TinyTraining.NewModel();
        Assert.Contains("frozen", Refused(new NpoOptions()), StringComparison.Ordinal);
        Assert.Contains("beta must be", Refused(new SimNpoOptions { Beta = 0 }), StringComparison.Ordinal);
        Assert.Contains("eps", Refused(new PduOptions()), StringComparison.Ordinal);
        Assert.Contains("activations is for rmu", Refused(new GradDiffOptions { Retain = RetainLoss.Activations }), StringComparison.Ordinal);
        using FrozenReference reference = new(TinyTraining.NewModel());
        Assert.Contains("no layer 7", Refused(new RmuOptions(), reference), StringComparison.Ordinal);
        PalimpsestException none = Assert.Throws<PalimpsestException>(() => Loss(policy, new GradDiffOptions(), new FrozenModels(), [Batch(1,
            4) with { Retain = null }], 0));
        Assert.Contains("retain set", none.Message, StringComparison.Ordinal);

        string Refused(UnlearningOptions options, IReferenceModel? frozen = null) => Assert.Throws<PalimpsestException>(() =>
            UnlearningObjective.Of(policy, options, new FrozenModels { Reference = frozen }, new RandomStream(1))).Message;
    }

    /// <summary>The loss with what has no gradient held where it is now: weights of tokens, or a distribution; null for methods without such a thing.</summary>
    private static Func<double>? Fixed(CausalModel policy, UnlearningOptions options, ForgetRetainBatch batch)
    {
        TokenBatch forget = batch.Forget;
        Tensor Log() => policy.Logits(policy.Hidden(forget)).view(forget.Ids.Length, -1).index_select(0, tensor(forget.Rows)).log_softmax(-1).detach();
        Tensor Own(Tensor log) => log.gather(1, tensor(forget.Targets).unsqueeze(1)).squeeze(1);
        double Retain() => -AnswerScores.Constant(policy, batch.Retain!).Sum() / batch.Retain!.Targets.Length;
        Tensor start = Log(), p = Own(start).exp();
        if (options is CeUOptions)
        {
            // The first target of each row is left out.
            double[] kept = [.. forget.Rows.Select((row, i) => i > 0 && forget.Rows[i - 1] / forget.Time == row / forget.Time ? 1.0 : 0.0)];
            Tensor rest = start.exp().scatter(1, tensor(forget.Targets).unsqueeze(1), zeros(kept.Length, 1, ScalarType.Float64));
            Tensor target = rest.div(rest.sum([1L], keepdim: true)).mul(tensor(kept).unsqueeze(1));
            return () => -Ops.Number(target.mul(Log()).sum()) / kept.Sum();
        }

        Tensor? weights = options switch
        {
            WgaOptions wga => p.pow(Scalars.Of(wga.Beta)),
            SatImpOptions imp => p.pow(Scalars.Of(imp.Beta1)).mul(Ops.Shift(p.neg(), 1).pow(Scalars.Of(imp.Beta2))),
            _ => null,
        };
        return weights is null ? null : () => options is RetainedOptions retained
            ? (retained.Gamma * Ops.Number(weights.mul(Own(Log())).mean())) + (retained.Alpha * Retain()) : double.NaN;
    }

    private static UnlearningOptions Options(string method) => method switch
    {
        "rmu" => new RmuOptions { Layer = 0 },
        "pdu" => new PduOptions { Eps = 1, Lambda = 0.7 },
        "simnpo" => new SimNpoOptions { Beta = 0.5, Gamma = 1 },
        "whp" => new WhpOptions { Reinforced = "given" },
        _ => (UnlearningOptions)Activator.CreateInstance(UnlearningMethods.Choices[method])!,
    };

    private static CausalModel Model(long seed)
    {
        CausalModel model = CausalModel.Create(TinyTraining.Config, TestContexts.F64(), new RandomStream(seed));
        using IDisposable noGrad = no_grad();
        model.Parameters.Flat!.Values.mul_(Scalars.Of(5.0)); // fresh weights are so small that all tokens are about equally likely
        return model;
    }

    /// <summary>Rows of answers to shared prompts, some or all of them.</summary>
    private static ForgetRetainBatch Batch(long seed, int rows, int from = 0, int? count = null)
    {
        RandomStream random = new(seed, "rows");
        (TokenSequence Forget, TokenSequence Retain, TokenSequence Other)[] made = [.. Enumerable.Range(0, rows).Select(_ =>
        {
            TokenSequence Row(int[] prompt) => new([.. prompt, .. Enumerable.Range(0, 2 + random.NextInt(9)).Select(_ => random.NextInt(50))], prompt.Length);
            int[] Prompt() => [.. Enumerable.Range(0, 4).Select(_ => random.NextInt(50))];
            int[] shared = Prompt();
            return (Row(shared), Row(Prompt()), Row(shared));
        })];
        TokenBatch Side(Func<(TokenSequence Forget, TokenSequence Retain, TokenSequence Other), TokenSequence> side) =>
            TokenBatch.Of([.. made.Skip(from).Take(count ?? rows).Select(side)]);
        return new ForgetRetainBatch(Side(row => row.Forget), Side(row => row.Retain), Side(row => row.Other));
    }

    private static double Loss(CausalModel policy, UnlearningOptions options, FrozenModels models, IReadOnlyList<ForgetRetainBatch> window, int step,
        bool backward = true)
    {
        using UnlearningObjective objective = UnlearningObjective.Of(policy, options, models, new RandomStream(1));
        using DisposeScope scope = NewDisposeScope();
        policy.Parameters.Flat!.ZeroGradients();
        objective.Begin(window, step);
        double total = 0;
        foreach ((int index, ForgetRetainBatch batch) in window.Index())
        {
            Tensor loss = objective.Sum(batch, new ObjectivePass(step, index, new RandomStream(1), new StepFigures()));
            total += Ops.Number(loss);
            if (backward)
            {
                Autograd.Backward(loss);
            }
        }

        return total;
    }

    private static IReadOnlyDictionary<string, double> Figures(CausalModel policy, UnlearningOptions options, FrozenModels models, ForgetRetainBatch batch)
    {
        using UnlearningObjective objective = UnlearningObjective.Of(policy, options, models, new RandomStream(1));
        using DisposeScope scope = NewDisposeScope();
        StepFigures sums = new();
        objective.Begin([batch], 0);
        Autograd.Backward(objective.Sum(batch, new ObjectivePass(0, 0, new RandomStream(1), sums)));
        return sums.Means();
    }

    private static byte[] Train(string method, string folder, int stopAfter)
    {
        using CausalModel policy = TinyTraining.NewModel();
        using CachedReference reference = new(new FrozenReference(TinyTraining.NewModel()), Path.Combine(folder, "scores.bin"));
        using UnlearningObjective objective = UnlearningObjective.Of(policy, Options(method), new FrozenModels { Reference = reference }, new RandomStream(1));
        TrainOptions options = new() { Steps = 8, LearningRate = 1e-2, WarmupSteps = 0, CheckpointEvery = 2, Accumulate = 2 };
        TokenSequence[] Rows(long seed) => [.. Enumerable.Range(0, 6).Select(i => Sequence(new RandomStream(seed, "row"), i))];
        ForgetRetainBatches batches = new(Rows(1), Rows(2), 2, new RandomStream(5));
        using Trainer<ForgetRetainBatch> trainer =
            new(Trainable.Whole(policy), objective, options, batches, new RandomStream(7, "train"), new CheckpointStore(folder));
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
        return policy.Parameters.Flat!.Values.bytes.ToArray();
    }

    private static TokenSequence Sequence(RandomStream random, int number)
    {
        random.Position = (ulong)(number * 100);
        return new TokenSequence([.. Enumerable.Range(0, 6 + random.NextInt(5)).Select(_ => random.NextInt(50))], 3);
    }

    private sealed class Repeated(ForgetRetainBatch batch) : IBatchSource<ForgetRetainBatch>
    {
        public ForgetRetainBatch Next() => batch;

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor) => throw new NotSupportedException();
    }
}
