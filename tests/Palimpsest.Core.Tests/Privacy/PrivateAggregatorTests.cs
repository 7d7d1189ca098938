using System.Runtime.InteropServices;
using System.Text.Json;
using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
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
    }

    [Fact]
    public void Restore_AfterAnyRound_GoesOnToTheSameBits()
    {
        List<string> whole = Course(Adaptive(), 6);
        for (int cut = 0; cut <= 6; cut++)
        {
            PrivateAggregator before = Adaptive(), after = Adaptive();
            List<string> course = Course(before, cut);
            string saved = JsonSerializer.Serialize(before.State());
            after.Restore(JsonSerializer.Deserialize<PrivateAggregatorState>(saved)!);
            Assert.Equal(before.Rounds, after.Rounds);
            Assert.Equal(whole, [.. course, .. Course(after, 6 - cut)]);
        }

        static PrivateAggregator Adaptive() => new(s_plan, 1, 0.1, 2000, Simulated(), adaptive: new AdaptiveClipping());
    }

    [Fact]
    public void Restore_DeploymentKilledInARound_CountsThatRoundAgain()
    {
        using TemporaryFolder folder = new();
        PrivateAggregatorState saved;
        using (BudgetLedger ledger = BudgetLedger.Create(folder["budget"], new PrivacyBudget(50, 1e-5, "client")))
        {
            PrivateAggregator killed = Deployed(ledger);
            killed.Begin().Release(new float[1]);
            saved = killed.State();
            killed.Begin();
            Refuses("Take the state between rounds", killed.State);
        }

        using (BudgetLedger ledger = BudgetLedger.Open(folder["budget"]))
        {
            PrivateAggregator resumed = Deployed(ledger);
            resumed.Restore(saved);
            resumed.Begin().Release(new float[1]);
            Assert.Equal(2, resumed.Rounds);
            Assert.Equal(3, ledger.Entries.Count);
            Assert.Contains("is spent by 3 releases", resumed.Describe(), StringComparison.Ordinal);
        }

        using BudgetLedger other = BudgetLedger.Create(folder["other"], new PrivacyBudget(50, 1e-5, "client"));
        Refuses("holds 0 of the 1 rounds", () => Restored(Deployed(other), saved));
        Refuses("taken in the other mode", () => Restored(Deployed(other), saved with { Position = 7 }));

        static PrivateAggregator Deployed(BudgetLedger ledger) => new(s_plan, 1, 1, 1, PrivacyRandomness.Deployment(), ledger);
    }

    [Theory]
    [InlineData(401, 1.0, 5, "401 rounds of 400")]
    [InlineData(-1, 1.0, 5, "-1 rounds of 400")]
    [InlineData(3, double.NaN, 5, "clipping norm of the state is none")]
    [InlineData(3, 0.0, 5, "clipping norm of the state is none")]
    [InlineData(3, 1.0, null, "taken in the other mode")]
    public void Restore_StateThatDoesNotFit_IsRefused(long rounds, double clip, int? position, string expected) =>
        Refuses(expected, () => Restored(new(s_plan, 1, 1, 1, Simulated()), new(rounds, clip, (ulong?)position)));

    [Fact]
    public void Restore_RoundsWereBegun_IsRefused()
    {
        PrivateAggregator aggregator = new(s_plan, 1, 1, 1, Simulated());
        aggregator.Begin().Release(new float[1]);
        Refuses("1 rounds were begun here", () => Restored(aggregator, aggregator.State()));
    }

    [Fact]
    public void Clipping_AnyLength_EqualsTheLoop() => Gen.Select(Gen.Float[-9, 9].Array[0, 40], Gen.Double[0, 2]).Sample((vector, scale) =>
    {
        double[] sum = new double[vector.Length];
        Array.Fill(sum, 0.1);
        double[] expected = [.. vector.Select(value => 0.1 + (scale * value))];
        Clipping.AddScaled(vector, scale, sum);
        Assert.Equal(expected, sum);
        Assert.Equal(Math.Sqrt(vector.Sum(value => (double)value * value)), Clipping.Norm(vector), 1e-13);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FillGaussian_ManyNumbers_AreNormalAndIndependentOfTheirNeighbours(bool simulated)
    {
        PrivacyRandomness randomness = simulated ? Simulated() : PrivacyRandomness.Deployment();
        double[] values = new double[100_003];
        randomness.FillGaussian(values);

        // Kolmogorov: P(√n D > 2.8) < 4e-7. Pairs of one radius stand 256 apart.
        double[] sorted = [.. values.Order()];
        double distance = sorted.Select((value, i) => Math.Abs(NormalDistribution.Cumulative(value) - ((i + 0.5) / sorted.Length))).Max();
        Assert.InRange(distance * Math.Sqrt(sorted.Length), 0, 2.8);
        foreach (int lag in (int[])[1, 2, 128, 256, 512])
        {
            double correlation = Enumerable.Range(lag, values.Length - lag).Average(i => values[i] * values[i - lag]);
            Assert.InRange(correlation * Math.Sqrt(values.Length), -5, 5);
        }
    }

    private static List<string> Course(PrivateAggregator aggregator, int rounds)
    {
        List<string> course = [];
        for (int t = 0; t < rounds; t++)
        {
            PrivateRound round = aggregator.Begin();
            foreach (long unit in round.Participants)
            {
                float[] update = new float[2000];
                Array.Fill(update, unit * 0.001f);
                round.Add(unit, update);
            }

            float[] average = new float[2000];
            round.Release(average);
            course.Add($"{string.Join(',', round.Participants)} {Convert.ToHexString(MemoryMarshal.AsBytes(average.AsSpan()))} {aggregator.Clip:R}");
        }

        return course;
    }

    private static PrivateAggregator Restored(PrivateAggregator aggregator, PrivateAggregatorState state)
    {
        aggregator.Restore(state);
        return aggregator;
    }

    private static void Refuses(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.Throws<PalimpsestException>(action).Message, StringComparison.OrdinalIgnoreCase);

    private static PrivacyRandomness Simulated() => PrivacyRandomness.Simulation(new RandomStream(3, "privacy"));
}
