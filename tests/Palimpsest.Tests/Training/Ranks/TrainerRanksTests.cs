using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.GaLore;
using Palimpsest.Training.Grass;
using Palimpsest.Training.Ranks;

namespace Palimpsest.Tests.Training.Ranks;

public sealed class TrainerRanksTests
{
    private static readonly TrainOptions Options =
        new() { Steps = 8, WarmupSteps = 2, LearningRate = 1e-2, Accumulate = 2, CheckpointEvery = 2, Dropout = 0.1 };

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(2, 4, 1e-6)]
    [InlineData(3, 6, 1e-6)]
    public void Run_RanksShareTheBatches_EndsWhereOneProcessEnds(int count, int accumulate, double tolerance)
    {
        TrainOptions options = Options with { Accumulate = accumulate };
        (byte[] alone, double[] losses, _) = Train(LoneRank.Instance, options, null);
        (byte[] Values, double[] Losses, long Bytes)[] ranks = ThreadRanks.Run(count, rank => Train(rank, options, null));
        Assert.All(ranks, rank => Assert.Equal(ranks[0].Values, rank.Values));
        Assert.All(ranks, rank => Assert.Equal((long)options.Steps * alone.Length, rank.Bytes)); // a dense step adds up every gradient once
        if (tolerance == 0)
        {
            Assert.Equal(losses, ranks[0].Losses);
            Assert.Equal(alone, ranks[0].Values);
        }

        Assert.All(losses.Zip(ranks[0].Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Abs(pair.First)));
    }

    [Fact]
    public void TryResume_RanksStopped_GoOnToTheSameBits()
    {
        (byte[] whole, _, _) = ThreadRanks.Run(2, rank => Train(rank, Options, null))[0];
        using TemporaryFolder folder = new(), other = new();
        string Place(IRanks rank) => rank.Rank == 0 ? folder.Path : other.Path;
        ThreadRanks.Run(2, rank => Train(rank, Options, Place(rank), stopAfter: 3));
        Assert.Empty(Directory.GetFiles(other.Path)); // only the first writes
        (byte[] Values, double[] Losses, long)[] resumed = ThreadRanks.Run(2, rank => Train(rank, Options, Place(rank)));
        Assert.Equal(5, resumed[1].Losses.Length);
        Assert.All(resumed, rank => Assert.Equal(whole, rank.Values));
    }

    [Fact]
    public void Join_RanksDiffer_NamesWhatAndWhere()
    {
        Assert.Contains("this one has another model than rank 0",
            Refusal(2, rank => Train(rank, Options, null, model: 3 + rank.Rank)), StringComparison.Ordinal);
        Assert.Contains("other training settings, seed or number format",
            Refusal(2, rank => Train(rank, Options with { LearningRate = 0.1 + rank.Rank }, null)), StringComparison.Ordinal);
        Assert.Contains("train.accumulate is 2, but 3 processes", Refusal(3, rank => Train(rank, Options, null)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RefreshForm.WholeStep)]
    [InlineData(RefreshForm.Sketch)]
    public void Run_Grass_AddsUpTheSelectedLinesOnlyAndSelectsTheSameEverywhere(RefreshForm refresh)
    {
        const int rank = 3, every = 3;
        TrainOptions options = Options with { Optimizer = new GrassOptions { Rank = rank, Every = every, Refresh = refresh }, Dropout = 0 };
        (byte[] alone, double[] losses, _) = Train(LoneRank.Instance, options, null);
        (byte[] Values, double[] Losses, long Bytes)[] ranks = ThreadRanks.Run(2, processes => Train(processes, options, null));
        Assert.Equal(ranks[0].Values, ranks[1].Values);
        if (refresh == RefreshForm.WholeStep)
        {
            Assert.All(losses.Zip(ranks[0].Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * Math.Abs(pair.First)));
        }

        // Lines of every step, what is not projected, and for each of three selections the gradient or its sketch.
        using CausalModel model = CausalModel.Create(TinyTraining.Config, TestContexts.F32(), new RandomStream(3));
        (long Shorter, long Longer)[] matrices = [.. model.Linears.Where(item => item.Name.Contains(".layers.", StringComparison.Ordinal))
            .Select(item => (item.Layer.Weight.shape.Min(), item.Layer.Weight.shape.Max()))];
        long rest = model.Parameters.Layout.Count - matrices.Sum(matrix => matrix.Shorter * matrix.Longer), selections = (options.Steps + every - 1) / every;
        long each = refresh == RefreshForm.Sketch ? matrices.Sum(matrix => matrix.Shorter * rank) : matrices.Sum(matrix => matrix.Shorter * matrix.Longer);
        Assert.Equal(4 * ((options.Steps * (rest + matrices.Sum(matrix => rank * matrix.Longer))) + (selections * each)), ranks[0].Bytes);
        Assert.Equal(alone.Length, ranks[0].Values.Length);
    }

    [Fact]
    public void Join_GrassThatSelectsFromAFirstPass_IsRefused() => Assert.Contains("Set refresh to sketch or whole-step",
        Refusal(2, rank => Train(rank, Options with { Optimizer = new GrassOptions { Rank = 3 } }, null)), StringComparison.Ordinal);

    [Fact]
    public void Join_GaLoreThatProjectsByAFirstPass_IsRefused() => Assert.Contains("Leave layerwise out",
        Refusal(2, rank => Train(rank, Options with { Optimizer = new GaLoreOptions { Rank = 3, Layerwise = true } }, null)), StringComparison.Ordinal);

    // Of all ranks, since any of them may be the one that ends first.
    private static string Refusal(int count, Func<IRanks, (byte[], double[], long)> train) => string.Join('\n', ThreadRanks.Run(count, rank =>
    {
        try
        {
            train(rank);
            return "";
        }
        catch (PalimpsestException refused)
        {
            return refused.Message;
        }
    }));

    private static (byte[] Values, double[] Losses, long Bytes) Train(IRanks rank, TrainOptions options, string? folder, int stopAfter = 0, int model = 3)
    {
        using CausalModel trained = CausalModel.Create(TinyTraining.Config, TestContexts.F32(), new RandomStream(model));
        using Trainer<TokenBatch> trainer = Trainer.Of(trained, options, new TinyTraining.Batches(1), new RandomStream(7, "train"),
            folder is null ? null : new CheckpointStore(folder));
        trainer.Join(rank);
        trainer.TryResume();
        using CancellationTokenSource stop = new();
        List<double> losses = [];
        trainer.Run(
            progress =>
            {
                losses.Add(progress.Loss);
                if (losses.Count == stopAfter && rank.Rank == rank.Count - 1)
                {
                    stop.Cancel(); // one is told, all stop
                }
            },
            stop: stop.Token);
        return (trained.Parameters.Flat!.Values.bytes.ToArray(), [.. losses], rank.BytesSummed);
    }
}
