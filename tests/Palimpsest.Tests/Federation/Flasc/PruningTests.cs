using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Flasc;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using static Palimpsest.Tests.Federation.TinyAdapter;

namespace Palimpsest.Tests.Federation.Flasc;

public sealed class PruningTests
{
    private static readonly LocalOptions s_local = new() { Epochs = 2, LearningRate = 0.1 };

    [Fact]
    public void SparseAdapter_AfterOneDenseRound_KeepsOneMaskForEver()
    {
        FederatedAlgorithm pruning = FederatedAlgorithmRegistry.Create(new SparseAdapterOptions());
        SlowFederation federation = Federation(pruning);
        federation.Round(0, [0, 1, 2]);
        Assert.All(federation.Messages, message => Assert.Null(message.Down.Mask ?? message.Up.Mask));
        int[] chosen = [.. Enumerable.Range(0, 12).OrderByDescending(i => Math.Abs(federation.Weights[i])).Take(3).Order()];
        HashSet<int> told = [];
        for (int number = 1; number < 6; number++)
        {
            int[] cohort = [number % 2, 2 + number, 40];
            ServerRound round = federation.Round(number, cohort);
            foreach ((int client, Support down, _, float[] update, Support up, _) in federation.Messages)
            {
                Assert.Equal(chosen, On(down.Mask));
                Assert.Equal(chosen, On(up.Mask));
                Assert.True(up.Known);
                Assert.Equal(told.Contains(client), down.Known); // positions go down once, but to client 40, of whom nothing is noted
                Assert.Equal(chosen, Enumerable.Range(0, 12).Where(i => update[i] != 0));
            }

            told.UnionWith(cohort.Where(client => client < 12));
            Assert.Equal(chosen, On(pruning.Served(round, null)));
        }

        // A resumed one has the state and nothing else.
        FederatedAlgorithm resumed = Prepared(FederatedAlgorithmRegistry.Create(new SparseAdapterOptions()));
        foreach (((_, Memory<float> from), (_, Memory<float> to)) in pruning.State.Zip(resumed.State))
        {
            from.CopyTo(to);
        }

        ServerRound next = Round(6, federation.Weights, 1);
        Assert.Equal(chosen, On(resumed.Served(next, null)));
        resumed.BeginRound(next);
        Assert.Equal((true, false), (resumed.Download(next, 1).Known, resumed.Download(next, 11).Known));
        Assert.Equal(chosen, On(resumed.Download(next, 1).Mask));
    }

    [Fact]
    public void AdapterLth_EveryFewRounds_TakesTheSmallestOfWhatIsLeft()
    {
        FederatedAlgorithm pruning = FederatedAlgorithmRegistry.Create(new AdapterLthOptions { Decay = 0.5, DecayEvery = 2 });
        SlowFederation federation = Federation(pruning);
        List<int[]> masks = [];
        for (int number = 0; number < 6; number++)
        {
            float[] before = [.. federation.Weights];
            federation.Round(number, [0, 1]);
            masks.Add(On(federation.Messages[0].Down.Mask));
            int[] left = number == 0 ? [.. Enumerable.Range(0, 12)] : masks[number - 1];
            Assert.Equal(left.OrderByDescending(i => Math.Abs(before[i])).ThenBy(i => i).Take(masks[number].Length).Order(), masks[number]);
            Assert.Equal(number % 2 == 1 || number == 0, federation.Messages.TrueForAll(message => message.Down.Known || message.Down.Mask is null));
        }

        Assert.Equal([12, 12, 6, 6, 3, 3], masks.Select(mask => mask.Length));
    }

    private static SlowFederation Federation(FederatedAlgorithm algorithm) => new(algorithm, ServerOptimizerRegistry.Create(new FedAdamOptions(), 12),
        Points([.. Enumerable.Range(0, 12).Select(i => (float)Math.Cos(i))]), s_local);
}
