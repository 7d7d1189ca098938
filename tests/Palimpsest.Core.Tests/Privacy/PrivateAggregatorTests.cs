using Palimpsest.Numerics;
using Palimpsest.Privacy;
using Palimpsest.Tests.Runs;

namespace Palimpsest.Tests.Privacy;

/// <summary>The object that samples, clips, adds noise and accounts.</summary>
public sealed class PrivateAggregatorTests
{
    private static readonly PrivacyPlan s_plan = new() { Rate = 0.1, Rounds = 400, Population = 200 };

    [Fact]
    public void Begin_ManyRounds_DrawEachUnitIndependentlyAtTheRate()
    {
        PrivateAggregator aggregator = new(s_plan, 1, 1, 1, Simulated());
        double[] sizes = [.. Enumerable.Range(0, 400).Select(_ => (double)aggregator.Begin().Participants.Count)];

        // Binomial(200, 0.1): mean 20, variance 18; four standard errors of each over 400 rounds.
        double mean = sizes.Average(), variance = sizes.Sum(size => (size - mean) * (size - mean)) / 399;
        Assert.InRange(mean, 20 - 0.85, 20 + 0.85);
        Assert.InRange(variance, 18 - 5.1, 18 + 5.1);
        Assert.Contains("All 400 planned rounds", Assert.Throws<PalimpsestException>(aggregator.Begin).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Release_EmptyRound_IsNoiseOfTheRightSize(bool simulated)
    {
        using TemporaryFolder folder = new();
        using BudgetLedger? ledger = simulated ? null : BudgetLedger.Create(folder["budget"], new PrivacyBudget(50, 1e-5, "client"));
        const int Length = 20_000;
        PrivateAggregator aggregator = new(s_plan, 1.5, 0.5, Length, simulated ? Simulated() : PrivacyRandomness.Deployment(), ledger);
        float[] average = new float[Length];
        aggregator.Begin().Release(average);

        // (σ C / m)² within five standard errors of a chi-square with so many degrees of freedom.
        double expected = 1.5 * 0.5 / 20, variance = average.Sum(value => (double)value * value) / Length, mean = average.Average(value => (double)value);
        Assert.InRange(variance / (expected * expected), 1 - (5 * Math.Sqrt(2.0 / Length)), 1 + (5 * Math.Sqrt(2.0 / Length)));
        Assert.InRange(mean, -5 * expected / Math.Sqrt(Length), 5 * expected / Math.Sqrt(Length));

        // The fourth moment of a normal distribution is 3.
        Assert.InRange(average.Sum(value => Math.Pow(value / expected, 4)) / Length, 2.6, 3.4);
        Assert.Equal(simulated ? 0 : 1, ledger?.Entries.Count ?? 0);
        Assert.Equal(simulated, aggregator.Describe().EndsWith("simulation: no guarantee", StringComparison.Ordinal));
        Assert.Contains("one client", aggregator.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Release_Sum_IsTheClippedUpdatesOverTheExpectedNumber()
    {
        PrivateAggregator aggregator = new(s_plan with { Rate = 1, Population = 4, Rounds = 1 }, 0.01, 1, 3, Simulated());
        PrivateRound round = aggregator.Begin();
        round.Add(0, [3, 0, 4]);
        round.Add(2, [0.25f, 0, 0]);
        round.Add(1, [float.NaN, 1, 1]);
        float[] average = new float[3];
        Assert.Contains("was not drawn", Assert.Throws<PalimpsestException>(() => round.Add(0, [0, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("2 values instead of 3", Assert.Throws<PalimpsestException>(() => round.Add(3, [0, 0])).Message, StringComparison.Ordinal);
        round.Release(average);
        float[] expected = [(0.6f + 0.25f) / 4, 0, 0.8f / 4];
        Assert.All(average.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 0.02f));
        Assert.Contains("round is over", Assert.Throws<PalimpsestException>(() => round.Release(average)).Message, StringComparison.Ordinal);
        Assert.Contains("round is over", Assert.Throws<PalimpsestException>(() => round.Add(3, [0, 0, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AdaptiveClip_NormsAroundFive_FindsTheirMedian()
    {
        PrivateAggregator aggregator = new(s_plan, 1, 0.1, 1, Simulated(), adaptive: new AdaptiveClipping());
        RandomStream norms = new(4);
        float[] average = new float[1];
        for (int t = 0; t < 100; t++)
        {
            PrivateRound round = aggregator.Begin();
            foreach (long unit in round.Participants)
            {
                round.Add(unit, [(float)(5 + norms.NextGaussian())]);
            }

            round.Release(average);
        }

        Assert.InRange(aggregator.Clip, 4, 6);
    }

    [Fact]
    public void Begin_BudgetUsedUp_IsRefusedBeforeAnyoneIsDrawn()
    {
        using TemporaryFolder folder = new();
        using BudgetLedger ledger = BudgetLedger.Create(folder["budget"], new PrivacyBudget(3, 1e-5, "client"));
        PrivateAggregator aggregator = new(s_plan, 1, 1, 1, PrivacyRandomness.Deployment(), ledger);
        PalimpsestException refusal = Assert.Throws<PalimpsestException>(() => Enumerable.Range(0, 400).Select(_ => aggregator.Begin()).Count(_ => true));
        Assert.Contains("above the budget", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(aggregator.Rounds, ledger.Entries.Count);
        Assert.InRange(aggregator.Report().Epsilon, 2.5, 3);
    }

    [Fact]
    public void Constructor_SettingsThatDoNotGoTogether_AreRefused()
    {
        using TemporaryFolder folder = new();
        using BudgetLedger ledger = BudgetLedger.Create(folder["budget"], new PrivacyBudget(1, 1e-5, "record"));
        Refuses("needs a ledger", () => new PrivateAggregator(s_plan, 1, 1, 1, PrivacyRandomness.Deployment()));
        Refuses("keeps the budget of a record", () => new PrivateAggregator(s_plan, 1, 1, 1, Simulated(), ledger));
        Refuses("clip must be", () => new PrivateAggregator(s_plan, 1, 0, 1, Simulated()));
        Refuses("noise multiplier", () => new PrivateAggregator(s_plan, 0, 1, 1, Simulated()));
        Refuses("count_noise leaves nothing", () => new PrivateAggregator(s_plan, 3, 1, 1, Simulated(), adaptive: new AdaptiveClipping()));
        Refuses("rate must be above 0", () => new PrivateAggregator(s_plan with { Rate = 1.5 }, 1, 1, 1, Simulated()));

        static void Refuses(string expected, Func<object> create) =>
            Assert.Contains(expected, Assert.Throws<PalimpsestException>(create).Message, StringComparison.OrdinalIgnoreCase);
    }

    private static PrivacyRandomness Simulated() => PrivacyRandomness.Simulation(new RandomStream(3, "privacy"));
}
