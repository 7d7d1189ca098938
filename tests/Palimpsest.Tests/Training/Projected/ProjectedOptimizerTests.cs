using Palimpsest.Data.Batches;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Flora;
using Palimpsest.Training.GaLore;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Optimizers.Projected;
using static Palimpsest.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Projected;

/// <summary>What holds for every optimizer that projects gradients: in models, over checkpoints, and in what it refuses.</summary>
public sealed class ProjectedOptimizerTests
{
    private static readonly Dictionary<string, ProjectionOptions> s_methods = new(StringComparer.Ordinal)
    {
        ["grass"] = new GrassOptions { Every = 3 },
        ["grass norm carry decay"] =
            new GrassOptions { Every = 3, Selection = LineScheme.Norm, OnRefresh = MomentsOnRefresh.Carry, WeightDecay = 0.1, EightBit = true },
        ["grass squared replaced"] = new GrassOptions { Every = 2, Selection = LineScheme.NormSquared, Replacement = true, Scale = 0.3, Rank = 5 },
        ["grass uniform keep"] =
            new GrassOptions { Every = 3, Selection = LineScheme.Uniform, OnRefresh = MomentsOnRefresh.Keep, Warmup = 2, Replacement = true },
        ["grass implicit"] = new GrassOptions { Every = 3, Refresh = RefreshForm.Implicit },
        ["grass whole step"] = new GrassOptions { Every = 3, Refresh = RefreshForm.WholeStep },
        ["grass bf16"] = new GrassOptions { Every = 3, Bf16 = Bf16Rounding.Stochastic },
        ["galore"] = new GaLoreOptions { Every = 3 },
        ["galore layerwise"] = new GaLoreOptions { Every = 3, Layerwise = true, Side = GaLoreSide.Full, WeightDecay = 0.1 },
        ["flora"] = new FloraOptions { Every = 3 },
    };

    public static TheoryData<string> Methods() => [.. s_methods.Keys];

    public static IEnumerable<TheoryDataRow<string, string>> Families() => from family in new[] { "llama", "gpt2", "bert" }
                                                                           from method in s_methods.Keys
                                                                           select new TheoryDataRow<string, string>(family, method);

    [Theory]
    [MemberData(nameof(Families))]
    public void Run_EveryFamily_LearnsAndGivesTheGradientsBack(string family, string method)
    {
        using TransformerModel model = family == "bert"
            ? ModelFolder.Load<EncoderModel>(TestContexts.Golden(family), TestContexts.F32())
            : ModelFolder.Load(TestContexts.Golden(family), TestContexts.F32());
        long dense = model.Parameters.Flat!.Gradients.NumberOfElements;
        List<double> losses = [];
        using (Trainer<TokenBatch> trainer = Trainer.Of(model, Options(method) with { Steps = 12, Accumulate = 2 }, new TwoBatches(), new RandomStream(7)))
        {
            // The matrices of the blocks have no gradients of their own.
            Assert.InRange(model.Parameters.Flat.Gradients.NumberOfElements, 1, dense - 1);
            Assert.True(trainer.Run(progress => losses.Add(progress.Loss)));
        }

        Assert.True(losses[^1] < losses[0] - 0.01, $"{losses[0]} -> {losses[^1]}");
        Assert.Equal(dense, model.Parameters.Flat.Gradients.NumberOfElements);
        Assert.All(model.Linears, item => Assert.Null(item.Layer.Observer));
        using Trainer<TokenBatch> next = Trainer.Of(model, Options(method) with { Optimizer = new AdamWOptions() }, new TwoBatches(), new RandomStream(7));
        Assert.True(next.Run());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void TryResume_StoppedAtAnyStep_EndsWithTheSameBits(string method)
    {
        TrainOptions options = Options(method) with { Accumulate = 2 };
        byte[] whole = Train(options, null, int.MaxValue);
        foreach (int[] stops in new int[][] { [3, 2], [2, 1, 3], [6] })
        {
            using TemporaryFolder folder = new();
            Assert.All(stops, stop => Assert.NotEqual(whole, Train(options, folder.Path, stop)));
            Assert.Equal(whole, Train(options, folder.Path, int.MaxValue));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_BlocksComputedAgain_GivesTheSameBits(string method) =>
        Assert.Equal(Train(Options(method), null, int.MaxValue), Train(Options(method) with { CheckpointBlocks = true }, null, int.MaxValue));

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_ManySteps_KeepsTheNumberOfLiveTensors(string method)
    {
        using CausalModel model = TinyTraining.NewModel();
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, Options(method) with { Steps = 40, CheckpointEvery = 0 }, new TinyTraining.Batches(1), new RandomStream(7));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        List<long> counts = [];
        trainer.Run(_ => counts.Add(Tensor.TotalCount));
        Assert.Single(counts.Skip(6).Distinct());
    }

    [Fact]
    public void Run_Bf16Compute_Learns()
    {
        foreach (string method in s_methods.Keys)
        {
            using CausalModel model = CausalModel.Create(TinyTraining.Config, TestContexts.Bf16(), new RandomStream(3));
            using Trainer<TokenBatch> trainer =
                Trainer.Of(model, Options(method) with { Steps = 30, CheckpointEvery = 0 }, new TinyTraining.Batches(1), new RandomStream(7));
            List<double> losses = [];
            trainer.Run(progress => losses.Add(progress.Loss));
            Assert.True(losses[^1] < losses[0] - 0.3, $"{method}: {losses[0]} -> {losses[^1]}");
        }
    }

    [Fact]
    public void Run_GaLoreLayerwise_IsGaLoreWithoutItsGradients()
    {
        // With one pass a step and no limit of the norm they differ in rounding only.
        TrainOptions options = Options("galore") with { ClipNorm = 0 };
        List<double> whole = Losses(options), layerwise = Losses(options with { Optimizer = new GaLoreOptions { Every = 3, Layerwise = true } });
        Assert.All(whole.Zip(layerwise), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Create_WhatCannotBeProjected_IsRefusedByName()
    {
        using RecordedLayers layers = new(("blocks.0.wide", [4, 6]), ("blocks.0.tall", [8, 3]), ("head", [9, 4]), ("blocks.0.norm", [4]));
        GrassOptions options = new();
        using (ProjectedOptimizer chosen = layers.Optimizer(options))
        {
            Assert.Equal(["blocks.0.wide", "blocks.0.tall"], chosen.Matrices.Select(matrix => matrix.Matrix.Slot.Name));
            Assert.Equal([1, 1], chosen.Matrices.Select(matrix => matrix.Matrix.Rank));
            Assert.Contains("something else watches the gradient of blocks.0.wide", Refusal(options), StringComparison.Ordinal);
        }

        Assert.Contains("match \"nothing\" finds no matrix to project. There are 3, such as blocks.0.wide", Refusal(options with { Match = "nothing" }),
            StringComparison.Ordinal);
        Assert.Contains("finds no matrix", Refusal(options, new ParameterGroup { Match = "blocks", Frozen = true }), StringComparison.Ordinal);
        Assert.Contains("rank 4 is larger than the smaller side of blocks.0.tall, which is 8 x 3", Refusal(options with { Rank = 4 }),
            StringComparison.Ordinal);
        Assert.All(layers.Linears.Values, layer => Assert.Null(layer.Observer));
        OptimizerContext bare = new(new Trainable(layers.Parameters), [], new RandomStream(1));
        Assert.Contains("there are none here", Assert.Throws<PalimpsestException>(() => OptimizerRegistry.Create(bare, options)).Message,
            StringComparison.Ordinal);
        using ProjectedOptimizer optimizer = layers.Optimizer(options);
        layers.Parameters["blocks.0.tall"].grad = zeros(8, 3);
        Assert.Contains("blocks.0.tall got a gradient from elsewhere", Assert.Throws<PalimpsestException>(() => optimizer.Step(1)).Message,
            StringComparison.Ordinal);

        string Refusal(ProjectionOptions options, params ParameterGroup[] groups) =>
            Assert.Throws<PalimpsestException>(() => layers.Optimizer(options, groups)).Message;
    }

    [Fact]
    public void Whole_TiedHead_OffersOnlyMatricesOfTheirOwn()
    {
        using CausalModel model = TinyTraining.NewModel();
        Trainable trainable = Trainable.Whole(model);
        Assert.Equal(2 * 7, trainable.Linears.Count);
        Assert.All(trainable.Linears, item => Assert.Equal(model.Parameters.Layout[item.Key].Shape, item.Value.Weight.shape));
        TrainOptions tied = Options("grass") with { Optimizer = new GrassOptions { Match = "lm_head|embed" } };
        Assert.Contains("finds no matrix", Assert.Throws<PalimpsestException>(() =>
            Trainer.Of(model, tied, new TinyTraining.Batches(1), new RandomStream(7))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_SettingsThatMakeNoSense_AreNamed()
    {
        Dictionary<string, OptimizerOptions> wrong = new(StringComparer.Ordinal)
        {
            ["every must be at least 1"] = new GrassOptions { Every = 0 },
            ["rank must be at least 1"] = new GrassOptions { Rank = 0 },
            ["rank_fraction must be above 0"] = new GaLoreOptions { RankFraction = 1.5 },
            ["rank and rank_fraction say the same thing"] = new FloraOptions { Rank = 3, RankFraction = 0.5 },
            ["match \"(\" is no regular expression"] = new GrassOptions { Match = "(" },
            ["replacement is for the schemes that draw"] = new GrassOptions { Replacement = true },
            ["scale must be a number above 0"] = new GrassOptions { Scale = 0 },
            ["warmup must be at least 0 and at most every"] = new GrassOptions { Warmup = 300 },
            ["refresh has no part in selection: uniform"] = new GrassOptions { Selection = LineScheme.Uniform, Refresh = RefreshForm.Implicit },
            ["eight_bit has no part in flora"] = new FloraOptions { EightBit = true },
            ["bf16 weights take no weight_decay"] = new GrassOptions { Bf16 = Bf16Rounding.Nearest, WeightDecay = 0.1 },
            ["bf16 weights are for selections without"] =
                new GrassOptions { Bf16 = Bf16Rounding.Nearest, Selection = LineScheme.Norm, Replacement = true },
            ["decay_power must be above 0"] = new FloraOptions { DecayPower = 0 },
            ["clip_threshold must be a number above 0"] = new FloraOptions { ClipThreshold = double.NaN },
            ["beta1 must be"] = new GaLoreOptions { Beta1 = 1 },
        };
        Assert.All(wrong, item => Assert.StartsWith(item.Key, Assert.Single(item.Value.Problems()), StringComparison.Ordinal));
        Assert.All(s_methods.Values, options => Assert.Empty(options.Problems()));
    }

    internal static List<double> Losses(TrainOptions options)
    {
        using CausalModel model = TinyTraining.NewModel();
        using Trainer<TokenBatch> trainer = Trainer.Of(model, options with { CheckpointEvery = 0 }, new TinyTraining.Batches(1), new RandomStream(7));
        List<double> losses = [];
        Assert.True(trainer.Run(progress => losses.Add(progress.Loss)));
        return losses;
    }

    private static TrainOptions Options(string method) => new()
    {
        Steps = 8,
        WarmupSteps = 2,
        LearningRate = method == "flora" ? 0.05 : 1e-2,
        CheckpointEvery = 2,
        KeepCheckpoints = 1,
        Optimizer = s_methods[method],
    };

    /// <summary>Two batches over and over, so that a loss must fall.</summary>
    private sealed class TwoBatches : IBatchSource<TokenBatch>
    {
        private int _next;

        public TokenBatch Next()
        {
            int first = _next++ % 2;
            return TokenBatch.Of(
                [.. Enumerable.Range(0, 3).Select(i => new TokenSequence([.. Enumerable.Range(0, 12).Select(t => (first + (7 * i) + (3 * t)) % 90)], 2))]);
        }

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
