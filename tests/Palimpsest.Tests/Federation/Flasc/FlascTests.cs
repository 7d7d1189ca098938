using CsCheck;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Flasc;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;
using static Palimpsest.Tests.Federation.TinyAdapter;

namespace Palimpsest.Tests.Federation.Flasc;

public sealed class FlascTests
{
    private static readonly float[] s_weights = [3, -3, 1, 0, 0, 3, 0, 0, 0, 0, 9, -0.5f];

    [Fact]
    public void Masks_Always_HaveExactlyKAndAreTheLargest() =>
        Gen.Select(Gen.Int[-6, 6].Array[12], Gen.Double[0.01, 1], Gen.Double[0.01, 1]).Sample((numbers, down, up) =>
        {
            float[] values = [.. numbers.Select(number => (float)number)];
            FederatedAlgorithm flasc = Prepared(FederatedAlgorithmRegistry.Create(new FlascOptions { DownloadDensity = down, UploadDensity = up }));
            ServerRound round = Begun(flasc, 0, values, 0);
            Check(On(flasc.Download(round, 0).Mask), (int)(12 * down));
            Check(On(flasc.Upload(round, 0, values).Mask), (int)(12 * up));

            void Check(int[] on, int k) =>
                Assert.Equal(Enumerable.Range(0, 12).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i).Take(k).Order(), on);
        });

    [Fact]
    public void Download_DenseHead_ChoosesAmongTheAdapterAlone()
    {
        FederatedAlgorithm flasc = Prepared(FederatedAlgorithmRegistry.Create(new FlascOptions { DownloadDensity = 0.5, DenseHead = true }));
        Assert.Equal([0, 1, 2, 3, 5, 10, 11], On(flasc.Download(Begun(flasc, 0, s_weights, 0), 0).Mask)); // 5 of 10 and the head; of the zeros the first
        Assert.Contains("LoRA", Assert.Throws<PalimpsestException>(() => flasc.Prepare(new ParameterLayout([("w", [3])]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Download_Tiers_FollowTheClientsNumber()
    {
        FederatedAlgorithm flasc = Prepared(FederatedAlgorithmRegistry.Create(new FlascOptions { Tiers = [0.1, 0.3, 1], DenseHead = true }));
        ServerRound round = Begun(flasc, 0, s_weights, 0, 1, 2);
        Assert.Equal([0, 10, 11], On(flasc.Download(round, 0).Mask));
        Assert.Equal([0, 1, 5, 10, 11], On(flasc.Download(round, 4).Mask));
        Assert.Null(flasc.Download(round, 2).Mask);
        Assert.Equal([10], On(flasc.Upload(round, 3, s_weights).Mask)); // of the whole update, the head among it
        Assert.Equal([0, 1, 10], On(flasc.Upload(round, 1, s_weights).Mask));
        Assert.Equal([0, 10, 11], On(flasc.Served(round, 3)));
        Assert.Null(flasc.Served(round, null));
    }

    [Theory]
    [InlineData(EvaluationMask.Current)]
    [InlineData(EvaluationMask.Before)]
    public void Served_AfterTheStep_IsOfTheWeightsThatTheOptionSays(EvaluationMask mask)
    {
        FederatedAlgorithm flasc = Prepared(FederatedAlgorithmRegistry.Create(new FlascOptions { EvaluationMask = mask }));
        float[] weights = [.. s_weights];
        ServerRound round = Begun(flasc, 0, weights, 0);
        Assert.Equal([0, 1, 10], On(flasc.Served(round, null))); // before any step
        Assert.Same(flasc.Served(round, null), flasc.Served(round, 3)); // chosen once for all who are measured
        weights[7] = -20;
        flasc.EndRound(round);
        int[] expected = mask == EvaluationMask.Before ? [0, 1, 10] : [0, 7, 10];
        Assert.Equal(expected, On(flasc.Served(round, null)));

        // A resumed one has the weights and the state.
        FederatedAlgorithm resumed = Prepared(FederatedAlgorithmRegistry.Create(new FlascOptions { EvaluationMask = mask }));
        foreach (((_, Memory<float> from), (_, Memory<float> to)) in flasc.State.Zip(resumed.State))
        {
            from.CopyTo(to);
        }

        Assert.Equal(expected, On(resumed.Served(round, null)));
        Assert.Same(resumed.Served(round, null), resumed.Served(round, 3));
        FederatedAlgorithm dense = Prepared(FederatedAlgorithmRegistry.Create(new FlascOptions { MaskedEvaluation = false }));
        Assert.Null(dense.Served(round, null));
    }

    [Fact]
    public void Densities_Decay_EveryFewRounds()
    {
        FederatedAlgorithm flasc = Prepared(FederatedAlgorithmRegistry.Create(
            new FlascOptions { DownloadDensity = 1, UploadDensity = 0.5, Decay = 0.5, DecayEvery = 3 }));
        int[][] counts = [.. Enumerable.Range(0, 7).Select(number =>
        {
            ServerRound round = Begun(flasc, number, s_weights, 0);
            return (int[])[On(flasc.Download(round, 0).Mask).Length, On(flasc.Upload(round, 0, s_weights).Mask).Length];
        })];
        Assert.Equal([12, 12, 12, 6, 6, 6, 3], counts.Select(count => count[0]));
        Assert.Equal([6, 6, 6, 3, 3, 3, 1], counts.Select(count => count[1]));
    }

    [Fact]
    public void FederatedSelect_TrainsAndReturnsWhatCameDown()
    {
        FederatedAlgorithm select = FederatedAlgorithmRegistry.Create(new FederatedSelectOptions());
        SlowFederation federation = new(select, ServerOptimizerRegistry.Create(new ServerAverageOptions(), 12), Points(s_weights), Local);
        federation.Round(0, [0, 1]);
        foreach ((_, Support down, _, float[] update, Support up, _) in federation.Messages)
        {
            Assert.Equal([0, 1, 10], On(down.Mask));
            Assert.False(down.Known); // the choice is the server's, and new every round
            Assert.True(up.Known);
            Assert.Equal([0, 1, 10], Enumerable.Range(0, 12).Where(i => update[i] != 0));
        }

        Assert.Equal(s_weights[2..10], federation.Weights[2..10]);
        Assert.NotEqual(s_weights[0], federation.Weights[0]);
    }

    [Fact]
    public void Proximal_OnFlasc_PullsTowardsTheMaskedStart()
    {
        (float free, float pulled) = (Distance(0), Distance(2));
        Assert.True(pulled < free);

        static float Distance(double proximal)
        {
            FederatedAlgorithm flasc = FederatedAlgorithmRegistry.Create(new FlascOptions { Proximal = proximal });
            SlowFederation federation = new(flasc, ServerOptimizerRegistry.Create(new ServerAverageOptions(), 12), Points(s_weights), Local);
            federation.Round(0, [0]);
            return federation.Messages[0].Update.Sum(value => value * value);
        }
    }

    [Fact]
    public void Options_ThatMakeNoSense_AreRefused()
    {
        foreach ((FederatedAlgorithmOptions options, string part) in ((FederatedAlgorithmOptions, string)[])
            [(new FlascOptions { DownloadDensity = 0 }, "download_density"), (new FlascOptions { UploadDensity = 1.5 }, "upload_density"),
             (new FlascOptions { Tiers = [0.5, 0.1] }, "ascend"), (new FlascOptions { Tiers = [0.5, 2] }, "tiers"),
             (new FlascOptions { Tiers = [0.5], UploadDensity = 0.1 }, "leave out"), (new FlascOptions { Decay = 0 }, "decay"),
             (new FlascOptions { DecayEvery = 0 }, "decay_every"), (new FlascOptions { Proximal = -1 }, "proximal"),
             (new FederatedSelectOptions { UploadDensity = 0.5 }, "upload_density"), (new SparseAdapterOptions { Density = 0 }, "density"),
             (new AdapterLthOptions { Decay = 2 }, "decay"), (new HetLoraOptions { Ranks = [] }, "ranks"), (new HetLoraOptions { Ranks = [4, 1] }, "ranks")])
        {
            Assert.Contains(part, Assert.Throws<PalimpsestException>(() => FederatedAlgorithmRegistry.Create(options)).Message, StringComparison.Ordinal);
        }
    }

    private static LocalOptions Local { get; } = new() { Epochs = 3, LearningRate = 0.1 };
}
