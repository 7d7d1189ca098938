using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Chains;
using Palimpsest.Metrics;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Cascades;

/// <summary>Thresholds that keep the error below a limit, and what is said where none can.</summary>
public sealed class CertificateTests
{
    [Theory]
    [InlineData(100, 0.0295130496)]
    [InlineData(149, 0.0199048162)]
    public void Of_NoErrors_CertifiesTheOneSidedBoundAndNoLess(int items, double bound)
    {
        CascadeArm arm = Arm(items, _ => (1, true, true));
        int[] all = [.. Enumerable.Range(0, items)];
        Certificate above = Certificate.Of(arm, all, new CertificateOptions { Limit = bound + 1e-4 }), below =
            Certificate.Of(arm, all, new CertificateOptions { Limit = bound - 1e-4 });
        Assert.Equal(1.0, above.Thresholds[0]);
        Assert.Equal(bound, above.Tiers[0].Bound, 6);
        Assert.Empty(above.Shortfalls);
        Assert.Null(below.Thresholds[0]);
        Assert.Contains($"cannot be certified with n = {items}", below.Shortfalls.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LimitThatTakesMore_SaysHowMany()
    {
        Certificate none = Certificate.Of(Arm(100, _ => (1, true, true)), [.. Enumerable.Range(0, 100)], new CertificateOptions { Limit = 0.02 });
        Assert.Equal(149, none.Tiers[0].Needed);
        Assert.Contains("149 questions are needed", none.Shortfalls.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PairedRule_CountsOnlyWhatTheNextTierWouldHaveGotRight()
    {
        // Half of the low scores are wrong, but the next tier is wrong there as well.
        CascadeArm arm = Arm(200, i => (i % 2 == 0 ? 0.5 : 1, i % 4 != 0, i % 4 != 0));
        int[] all = [.. Enumerable.Range(0, 200)];
        Assert.Equal(0.5, Certificate.Of(arm, all, new CertificateOptions()).Thresholds[0]);
        Assert.Equal(1.0, Certificate.Of(arm, all, new CertificateOptions { Rule = CalibrationRule.ClopperPearson }).Thresholds[0]);
    }

    [Fact]
    public void Of_ThreeTiers_CalibratesTheSecondOnWhatReachesIt()
    {
        CascadeArm arm = new()
        {
            Name = "three",
            Tiers = [.. Enumerable.Range(0, 3).Select(tier => Tier(400, i => (tier == 0 ? (i < 100 ? 1 : 0) : 1, tier > 0 || i < 100, true)))],
        };
        Certificate certificate = Certificate.Of(arm, [.. Enumerable.Range(0, 400)], new CertificateOptions());
        Assert.Equal([400, 300], certificate.Tiers.Select(tier => tier.Items));
        Assert.Equal(0.975, certificate.Tiers[0].Confidence, 12); // shared out over two tiers
        Assert.Equal([0.25, 0.75, 0], Reach(arm.Run(certificate.Thresholds, [.. Enumerable.Range(0, 400)])));
    }

    [Fact]
    public void Table_TiesAndBlanks_EqualsCountingOneByOne()
    {
        RandomStream random = new(11, "table");
        double[] scores = [.. Enumerable.Range(0, 300).Select(i => i % 50 == 0 ? double.NegativeInfinity : random.NextInt(6) / 6.0)];
        bool[] right = [.. scores.Select(_ => random.NextInt(3) > 0)], next = [.. scores.Select(_ => random.NextInt(4) > 0)];
        foreach (CascadeCounts row in CascadeCounts.Table(scores, right, next, scores.Distinct().Append(2)))
        {
            int[] kept = [.. Enumerable.Range(0, scores.Length).Where(i => scores[i] >= row.Threshold - Vote.Slack)];
            Assert.Equal(kept.Length, row.Accepted);
            Assert.Equal(kept.Count(i => !right[i]), row.AcceptedWrong);
            Assert.Equal(kept.Count(i => !next[i]), row.AcceptedNextWrong);
            Assert.Equal(kept.Count(i => !right[i] && next[i]), row.AcceptedLost);
            Assert.True(row.LossBound() >= row.Error - row.NextError);
        }
    }

    /// <summary>The bound itself: over many draws of a calibration the true excess exceeds the limit in at most 5% of them.</summary>
    [Fact]
    public void Of_ManyDraws_KeepsItsPromise()
    {
        const int Draws = 2000, Items = 150;
        const double Limit = 0.05;
        double[] thresholds = [1.0 / 3, 2.0 / 3, 1];

        // P(score), P(wrong, next right | score): the true loss of keeping a score and all above.
        double[] share = [0.2, 0.3, 0.5], lost = [0.3, 0.1, 0.02];
        RandomStream random = new(3, "promise");
        int broken = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            (double, bool, bool)[] items = [.. Enumerable.Range(0, Items).Select(_ =>
            {
                double place = random.NextDouble();
                int score = place < share[0] ? 0 : place < share[0] + share[1] ? 1 : 2;
                bool isLost = random.NextDouble() < lost[score];
                return (thresholds[score], !isLost, true);
            })];
            double? chosen = Certificate.Of(Arm(Items, i => items[i]), [.. Enumerable.Range(0, Items)], new CertificateOptions { Limit = Limit }).Thresholds[0];
            double truth = chosen is double least ? Enumerable.Range(0, 3).Where(i => thresholds[i] >= least - 1e-9).Sum(i => share[i] * lost[i]) : 0;
            broken += truth > Limit ? 1 : 0;
        }

        Assert.InRange(broken / (double)Draws, 0, 0.05);
    }

    [Fact]
    public void Thresholds_WithinABudget_AreTheBestOnTheGrid()
    {
        CascadeArm arm = Arm(100, i => (i, i >= 50, true));
        int[] all = [.. Enumerable.Range(0, 100)];
        double?[] found = BudgetSearch.Thresholds(arm, all, 1 + (10 * 0.52))!;
        ArmOutcome outcome = arm.Run(found, all);
        Assert.InRange(outcome.MeanCost, 0, 1 + (10 * 0.52));
        Assert.Equal(1, outcome.Accuracy);
        Assert.Null(BudgetSearch.Thresholds(arm, all, 0.5));
    }

    private static IReadOnlyList<double> Reach(ArmOutcome outcome) => [1 - outcome.Reach[1], outcome.Reach[1] - outcome.Reach[2], outcome.Reach[2]];

    private static CascadeArm Arm(int items, Func<int, (double Score, bool Right, bool Next)> of) => new()
    {
        Name = "test",
        Tiers = [Tier(items, of), Tier(items, i => (0, of(i).Next, true)) with { Costs = [.. Enumerable.Repeat(10.0, items)] }],
    };

    private static ChainTier Tier(int items, Func<int, (double Score, bool Right, bool Next)> of) => new()
    {
        Name = "tier",
        Scores = [.. Enumerable.Range(0, items).Select(i => of(i).Score)],
        Right = [.. Enumerable.Range(0, items).Select(i => of(i).Right)],
        Costs = [.. Enumerable.Repeat(1.0, items)],
    };
}
