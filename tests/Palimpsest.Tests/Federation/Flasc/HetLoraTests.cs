using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Flasc;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.Robust;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;
using static Palimpsest.Tests.Federation.TinyAdapter;

namespace Palimpsest.Tests.Federation.Flasc;

public sealed class HetLoraTests
{
    // A = [1 1 1; 2 -2 2], B = [5 1; -5 1], head = [0 0]: the second row of A and the first column of B are larger.
    private static readonly float[] s_weights = [1, 1, 1, 2, -2, 2, 5, 1, -5, 1, 0, 0];

    [Theory]
    [InlineData(false, new[] { 0, 1, 2, 6, 8, 10, 11 })]
    [InlineData(true, new[] { 3, 4, 5, 6, 8, 10, 11 })]
    public void Masks_OfATier_KeepRowsOfAAndColumnsOfB(bool byNorm, int[] kept)
    {
        FederatedAlgorithm het = Prepared(FederatedAlgorithmRegistry.Create(new HetLoraOptions { Ranks = [1, 2], ByNorm = byNorm }));
        ServerRound round = Begun(het, 0, s_weights, 0, 1);
        Support low = het.Download(round, 4), high = het.Download(round, 1);
        Assert.Equal(kept, On(low.Mask));
        Assert.Equal(!byNorm, low.Known);
        Assert.Null(high.Mask);
        Assert.Equal(new Support(low.Mask, Known: true), het.Upload(round, 4, s_weights));
        Assert.Equal(kept, On(het.Served(round, 0)));
        Assert.Null(het.Served(round, null));
        het.EndRound(round);
        BitMask? served = het.Served(round, 0);
        Assert.Equal(!byNorm, ReferenceEquals(low.Mask, served)); // the first ranks are always the same
        Assert.Same(served, het.Served(round, 2));
        Assert.Equal(kept, On(het.Download(Begun(het, 1, s_weights, 0), 0).Mask));
        Assert.Equal(1, het.Weight(round, 0, new LocalResult(9, 1, 1, 0), s_weights));
    }

    [Fact]
    public void Weight_ByNorm_IsThatOfBTimesA()
    {
        FederatedAlgorithm het = Prepared(FederatedAlgorithmRegistry.Create(new HetLoraOptions { Ranks = [1, 2], NormWeighted = true }));
        ServerRound round = Begun(het, 0, s_weights, 0, 1);
        float[] still = new float[12], moved = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        // Rank 1: the outer product of (5, -5) and (1, 1, 1); then of (2, 1, 1). Rank 2 in full: rows 5a1 + a2 and -5a1 + a2.
        Assert.Equal(Math.Sqrt(50 * 3), het.Weight(round, 0, default, still), 1e-9);
        Assert.Equal(Math.Sqrt(50 * 6), het.Weight(round, 0, default, moved), 1e-9);
        Assert.Equal(Math.Sqrt((49 + 9 + 49) + (9 + 49 + 9)), het.Weight(round, 1, default, still), 1e-9);
        Assert.True(het.Weight(Begun(het, 0, new float[12], 0), 0, default, still) > 0);
    }

    [Fact]
    public void Weights_WhereTheyHaveNoPart_AreRefused()
    {
        FederatedAlgorithm het = Prepared(FederatedAlgorithmRegistry.Create(new HetLoraOptions { Ranks = [1, 2], NormWeighted = true }));
        Assert.Contains("by_examples", Assert.Throws<PalimpsestException>(() => het.BeginRound(Round(0, s_weights, 0) with { ByExamples = true })).Message,
            StringComparison.Ordinal);
        Assert.Contains("alike", Assert.Throws<PalimpsestException>(() => new FederatedTraining(new FederationParts
        {
            Clients = 3,
            Name = client => $"{client}",
            Open = () => Points(s_weights),
            Algorithm = het,
            Aggregator = new MedianAggregator(3, 2),
            Optimizer = layout => ServerOptimizerRegistry.Create(new ServerAverageOptions(), layout.Count),
            Options = new FederationOptions(),
            Random = new RandomStream(1),
        })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_RanksBeyondTheAdapter_AreRefused()
    {
        string message = Assert.Throws<PalimpsestException>(() => Prepared(FederatedAlgorithmRegistry.Create(new HetLoraOptions()))).Message;
        Assert.Contains("16 is more than the rank 2 of q.lora_A.weight", message, StringComparison.Ordinal);
    }
}
