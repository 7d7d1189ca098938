using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Privacy;
using static Palimpsest.Tests.Federation.Rounds.Federations;

namespace Palimpsest.Tests.Federation.Rounds;

public sealed class PrivateAggregationTests
{
    [Fact]
    public void Run_Private_ResumesToTheBitAndSaysWhatItCosts()
    {
        (float[] weights, List<RoundProgress> rounds) = Run(Private(0.35));
        Assert.All(rounds, round => Assert.Contains("simulation: no guarantee", round.Privacy, StringComparison.Ordinal));
        Assert.True(rounds.Select(round => round.Asked).Distinct().Count() > 1); // Poisson
        using TemporaryFolder folder = new();
        int left = 20;
        FederationParts killed = Private(0.35, folder: folder.Path);
        using (FederatedTraining first = new(killed with { Open = () => new QuadraticModel(Count) { Before = _ => Assert.True(left-- > 0) } }))
        {
            Assert.Throws<InvalidOperationException>(() => first.Run());
        }

        (float[] resumed, List<RoundProgress> last) = Run(Private(0.35, folder: folder.Path));
        Assert.Equal(weights, resumed);
        Assert.InRange(last.Count, 1, rounds.Count - 1);
        Assert.Equal(rounds[^1].Privacy, last[^1].Privacy);
    }

    [Fact]
    public void Run_RoundsWithoutAnyone_ReleaseNoise()
    {
        (float[] weights, List<RoundProgress> rounds) = Run(Private(0.001));
        Assert.Contains(rounds, round => round is { Asked: 0, UpdateNorm: > 0 });
        Assert.All(weights, weight => Assert.NotEqual(0.5f, weight));
    }

    /// <summary>What one client can add is at most the norm over update and variates together, and the sum is divided by the expected number.</summary>
    [Fact]
    public void Add_ContributionWithVariates_IsClippedAsOne()
    {
        PrivacyPlan plan = new() { Rate = 0.5, Rounds = 1, Population = 4 };
        PrivateAggregation aggregator = new(4, plan, 0.01, 5, PrivacyRandomness.Simulation(new RandomStream(1)));
        IAggregation aggregation = aggregator.Begin(2, new RandomStream(2));
        float[] average = new float[2];
        foreach (int client in aggregation.Clients)
        {
            aggregation.Add(client, [30, 40], 1000);
        }

        Assert.True(aggregation.Finish(average));
        Assert.NotEmpty(aggregation.Clients);
        Assert.Equal(3.0 * aggregation.Clients.Count / 2, average[0], 0.2);
        Assert.Equal(4.0 * aggregation.Clients.Count / 2, average[1], 0.2);
    }

    [Fact]
    public void New_SettingsThatDoNotGoTogether_AreRefused()
    {
        PrivacyPlan plan = new() { Rate = 0.5, Rounds = 1, Population = 5 };
        Assert.Contains("population of 5",
            Assert.Throws<PalimpsestException>(() => new PrivateAggregation(4, plan, 1, 1, PrivacyRandomness.Deployment())).Message, StringComparison.Ordinal);
        Assert.Contains("by_examples", Assert.Throws<PalimpsestException>(() =>
            new FederatedTraining(Private(0.5) with { Options = Options with { ByExamples = true } })).Message.ToLowerInvariant(), StringComparison.Ordinal);
    }

    private static FederationParts Private(double rate, string? folder = null) => Parts(folder: folder) with
    {
        Aggregator = new PrivateAggregation(20, new PrivacyPlan { Rate = rate, Rounds = Options.Rounds, Population = 20 }, 0.8, 1.5,
            PrivacyRandomness.Simulation(new RandomStream(9, "noise")), adaptive: rate > 0.1 ? new AdaptiveClipping { CountNoise = 1 } : null),
    };
}
