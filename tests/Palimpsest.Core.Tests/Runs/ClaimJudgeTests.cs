using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Runs.Claims;

namespace Palimpsest.Tests.Runs;

public sealed class ClaimJudgeTests
{
    private static readonly double[] Ours = [10, 12, 17], Theirs = [2, 3, 4];

    [Theory]
    [InlineData("> 8", Verdict.Reproduced)]      // The smallest difference of a resample is 8.
    [InlineData("> 7.9", Verdict.Reproduced)]
    [InlineData("> 9", Verdict.Partly)]
    [InlineData("> 10", Verdict.NotReproduced)]  // The estimate itself is 10.
    public void Judge_LowerBound_DecidesTheVerdict(string condition, Verdict expected)
    {
        ClaimVerdict verdict = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse(condition == "> 8" ? ">= 8" : condition, CultureInfo.InvariantCulture) }), Paired(Ours, Theirs));
        Assert.Equal(expected, verdict.Verdict);
        Assert.Equal(10, verdict.Figure!.Value.Estimate, 1e-12);
        Assert.Equal(3, verdict.Seeds);
        Assert.Contains("3 seeds", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_UpperBoundAndValue_LookAtTheirFigure()
    {
        Assert.Equal(Verdict.Partly, Judge(Claim(new ClaimRule { UpperBound = Threshold.Parse("< 11", null) }), Paired(Ours, Theirs)).Verdict);
        Assert.Equal(Verdict.Reproduced, Judge(Claim(new ClaimRule { UpperBound = Threshold.Parse("<= 13", null) }), Paired(Ours, Theirs)).Verdict);
        ClaimVerdict value = Judge(Claim(new ClaimRule { Value = Threshold.Parse("< 11", null) }), Paired([10], [2]));
        Assert.Equal(Verdict.Reproduced, value.Verdict);
        Assert.Equal("The value is 8, the rule asks for < 11; 1 seed.", value.Reason);
    }

    [Theory]
    [InlineData(ClaimFigure.Difference)]
    [InlineData(ClaimFigure.Ratio)]
    public void Judge_ThreePairedSeeds_BoundsEqualThoseOfAllResamples(ClaimFigure figure)
    {
        // All 27 equally likely draws of three pairs; the judge draws 2,000 of them at random, so quantiles land on the same steps.
        List<double> all = [];
        for (int draw = 0; draw < 27; draw++)
        {
            int[] drawn = [draw % 3, draw / 3 % 3, draw / 9];
            double own = drawn.Average(i => Ours[i]), other = drawn.Average(i => Theirs[i]);
            all.Add(figure == ClaimFigure.Difference ? own - other : own / other);
        }

        all.Sort();
        Interval interval = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null), Confidence = 0.8 }, figure), Paired(Ours, Theirs)).Figure!.Value;

        // A draw has a probability of 1/27 and its share among 2,000 a standard error of 0.4%: one neighbour off at most.
        Assert.InRange(interval.Lower, Bootstrap.Quantile(all, 0.1 - (1.0 / 27)), Bootstrap.Quantile(all, 0.1 + (1.0 / 27)));
        Assert.InRange(interval.Upper, Bootstrap.Quantile(all, 0.9 - (1.0 / 27)), Bootstrap.Quantile(all, 0.9 + (1.0 / 27)));
        Assert.Equal(0.8, interval.Confidence);

        // At 95% the tail is smaller than the outermost draw, so the ends are known exactly.
        Interval wide = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null) }, figure), Paired(Ours, Theirs)).Figure!.Value;
        Assert.Equal(all[0], wide.Lower, 1e-12);
        Assert.Equal(all[^1], wide.Upper, 1e-12);
    }

    [Fact]
    public void Judge_WhatSeedsShare_CancelsOnlyInPairs()
    {
        // Both arms swing by 100 with the seed, but the difference is 1 at every seed.
        double[] own = [101, 201, 301, 401], other = [100, 200, 300, 400];
        ClaimRule rule = new() { LowerBound = Threshold.Parse("> 0.5", null) };
        ClaimVerdict paired = Judge(Claim(rule), Paired(own, other)), apart = Judge(Claim(rule with { PairedBy = Pairing.None }), Paired(own, other));
        Assert.Equal(Verdict.Reproduced, paired.Verdict);
        Assert.Equal(1, paired.Figure!.Value.Lower, 1e-9);
        Assert.Equal(Verdict.Partly, apart.Verdict);
        Assert.Equal(1, apart.Figure!.Value.Estimate, 1e-9);
        Assert.True(apart.Figure!.Value.Lower < -100);
    }

    [Fact]
    public void Judge_SeedsOfOneArmOnly_AreLeftOutOfPairs()
    {
        ClaimResult[] results = [.. Paired(Ours, Theirs), new ClaimResult("ours", "accuracy", 99, 1000)];
        ClaimVerdict verdict = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 5", null) }), results);
        Assert.Equal(3, verdict.Seeds);
        Assert.Equal(10, verdict.Figure!.Value.Estimate, 1e-12);
    }

    [Fact]
    public void Judge_TooFewSeeds_IsInconclusive()
    {
        ClaimVerdict verdict = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null) }), Paired([10, 12], [2, 3]));
        Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
        Assert.Equal("2 seeds, but the rule needs 3.", verdict.Reason);
        Assert.NotNull(verdict.Figure);
        Assert.Equal(Verdict.Reproduced, Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null), MinSeeds = 2 }), Paired([10, 12], [2, 3])).Verdict);

        ClaimResult[] apart = [new("ours", "accuracy", 1, 1), new("theirs", "accuracy", 2, 1)];
        ClaimVerdict none = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null) }), apart);
        Assert.Equal((Verdict.Inconclusive, null, 0), (none.Verdict, none.Figure, none.Seeds));
    }

    [Fact]
    public void Judge_OnSeeds_CountsTheSeedsThatPass()
    {
        ClaimRule rule = new() { Value = Threshold.Parse(">= 0", null), OnSeeds = 4 };
        ClaimVerdict four = Judge(Claim(rule), Paired([1, 1, 1, 1, 1], [1, 0, 0, 0, 100]));
        Assert.Equal((Verdict.Reproduced, "The value passes on 4 seeds, the rule asks for >= 0 on 4; 5 seeds."), (four.Verdict, four.Reason));
        Assert.Equal(Verdict.Partly, Judge(Claim(rule), Paired([9, 9, 9, 1, 1], [0, 0, 0, 2, 2])).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judge(Claim(rule), Paired(Ours, Theirs)).Verdict);
        Assert.NotEmpty((rule with { OnSeeds = 0 }).Problems());
        Assert.NotEmpty(new ClaimRule { LowerBound = Threshold.Parse("> 0", null), OnSeeds = 2 }.Problems());
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("theirs")]
    public void Judge_MissingFigures_AreNamed(string missing)
    {
        ClaimResult[] results = [.. Paired(Ours, Theirs).Where(result => result.Arm != missing)];
        ClaimVerdict verdict = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null) }), results);
        Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
        Assert.Null(verdict.Figure);
        Assert.Contains($"no figure accuracy of \"{missing}\"", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ResultsOfAnotherPlace_DoNotCount()
    {
        Claim claim = Claim(new ClaimRule { LowerBound = Threshold.Parse("> 9", null) });
        claim = claim with { Compare = claim.Compare with { At = new Dictionary<string, string> { ["owners"] = "64" } } };
        ClaimResult[] here = At(Paired([20, 21, 22], [1, 1, 1]), "64"), there = At(Paired([0, 0, 0], [50, 50, 50]), "8");
        Assert.Equal(Verdict.Reproduced, Judge(claim, [.. there, .. here]).Verdict);
        Assert.Contains("at owners 64", Judge(claim, there).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">= 0.8", Verdict.Reproduced)]
    [InlineData(">= 0.95", Verdict.Inconclusive)]
    public void Judge_Control_DecidesWhetherTheRunCanTell(string must, Verdict expected)
    {
        Claim claim = Claim(new ClaimRule { LowerBound = Threshold.Parse("> 5", null) }) with { Control = new ClaimControl { Arm = "local", Must = Threshold.Parse(must, null) } };
        ClaimResult[] results = [.. Paired(Ours, Theirs), new("local", "accuracy", 1, 0.8), new("local", "accuracy", 2, 1.0)];
        ClaimVerdict verdict = Judge(claim, results);
        Assert.Equal(expected, verdict.Verdict);
        Assert.Equal(expected == Verdict.Inconclusive, verdict.Reason.Contains("control failed", StringComparison.Ordinal));

        ClaimVerdict without = Judge(claim, Paired(Ours, Theirs));
        Assert.Equal(Verdict.Inconclusive, without.Verdict);
        Assert.Contains("control has no figure", without.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("> 5", Verdict.Modelled)]
    [InlineData("> 9", Verdict.NotReproduced)]
    [InlineData("> 50", Verdict.NotReproduced)]
    public void Judge_FiguresOfFormulas_AreModelledAtBest(string condition, Verdict expected)
    {
        ClaimResult[] results = [.. Paired(Ours, Theirs).Select(result => result with { Modelled = result.Arm == "theirs" })];
        Assert.Equal(expected, Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse(condition, null) }), results).Verdict);
    }

    [Fact]
    public void Judge_FiguresThatAreNotNumbers_AreNeverReproduced()
    {
        Verdict verdict = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 5", null) }), Paired([10, double.NaN, 17], Theirs)).Verdict;
        Assert.NotEqual(Verdict.Reproduced, verdict);
        Assert.NotEqual(Verdict.Partly, verdict);
    }

    [Fact]
    public void Judge_RatioToNothing_IsInconclusive()
    {
        Claim claim = Claim(new ClaimRule { LowerBound = Threshold.Parse("> 5", null) });
        claim = claim with { Compare = claim.Compare with { As = ClaimFigure.Ratio } };
        Assert.Equal(Verdict.Inconclusive, Judge(claim, Paired(Ours, [0, 0, 0])).Verdict);
    }

    [Fact]
    public void Judge_SeveralFiguresAtASeed_AreAveragedAndOrderDoesNotMatter()
    {
        ClaimResult[] results = Paired(Ours, Theirs);
        Claim claim = Claim(new ClaimRule { LowerBound = Threshold.Parse("> 5", null) });
        Interval once = Judge(claim, results).Figure!.Value;
        Assert.Equal(once, Judge(claim, [.. results.Reverse()]).Figure);
        Assert.Equal(once, Judge(claim, [.. results.SelectMany(result => (ClaimResult[])[result with { Value = result.Value - 1 }, result with { Value = result.Value + 1 }])]).Figure);
    }

    [Fact]
    public void Judge_OverItems_OneSeedHasTheIntervalOfItsItems()
    {
        // What is an interval over seeds for three seeds is one over three items of one seed, or over the means of three items of two seeds.
        ClaimRule seeds = new() { LowerBound = Threshold.Parse("> 7.9", null) }, items = seeds with { PairedBy = Pairing.Item };
        Interval expected = Judge(Claim(seeds), Paired(Ours, Theirs)).Figure!.Value;
        ClaimVerdict one = Judge(Claim(items), [Items("ours", 1, Ours), Items("theirs", 1, Theirs)]);
        Assert.Equal(Verdict.Reproduced, one.Verdict);
        Assert.Equal(expected, one.Figure);
        Assert.Equal("The lower bound is 8, the rule asks for > 7.9; 3 items, 1 seed.", one.Reason);

        ClaimVerdict two = Judge(Claim(items), [Items("ours", 1, [9, 13, 16]), Items("theirs", 1, Theirs), Items("ours", 2, [11, 11, 18]), Items("theirs", 2, Theirs)]);
        Assert.Equal(expected, two.Figure);
        Assert.Equal("The lower bound is 8, the rule asks for > 7.9; 3 items, 2 seeds.", two.Reason);

        Claim alone = Claim(items) with { Compare = new ClaimComparison { Arm = "ours" } };
        Assert.Equal((Ours.Min(), Ours.Max()), (Judge(alone, [Items("ours", 1, Ours)]).Figure!.Value.Lower, Judge(alone, [Items("ours", 1, Ours)]).Figure!.Value.Upper));
    }

    [Theory]
    [InlineData(2, "2 or 3 of them")]
    [InlineData(0, "0 or 3 of them")]
    public void Judge_ItemsThatDoNotPair_AreInconclusive(int others, string reason)
    {
        ClaimVerdict verdict = Judge(Claim(new ClaimRule { LowerBound = Threshold.Parse("> 0", null), PairedBy = Pairing.Item }), [Items("ours", 1, Ours), Items("theirs", 1, Theirs) with { Items = Theirs[..others] }]);
        Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }

    private static ClaimResult Items(string arm, long seed, double[] items) => new(arm, "accuracy", seed, items.Average()) { Items = items };

    private static ClaimResult[] At(ClaimResult[] results, string owners) => [.. results.Select(result => result with { At = new Dictionary<string, string> { ["owners"] = owners } })];

    private static ClaimResult[] Paired(double[] own, double[] other) =>
        [.. own.Select((value, seed) => new ClaimResult("ours", "accuracy", seed, value)), .. other.Select((value, seed) => new ClaimResult("theirs", "accuracy", seed, value))];

    private static ClaimVerdict Judge(Claim claim, IReadOnlyList<ClaimResult> results) => ClaimJudge.Judge([claim], results).Single();

    private static Claim Claim(ClaimRule rule, ClaimFigure figure = ClaimFigure.Difference) =>
        new() { Id = "better", Says = "Ours is better.", Metric = "accuracy", Compare = new ClaimComparison { Arm = "ours", With = "theirs", As = figure }, HoldsIf = rule };
}
