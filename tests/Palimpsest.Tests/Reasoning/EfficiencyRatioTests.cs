using Palimpsest.Reasoning.Arms;
using Palimpsest.Reasoning.Experiment;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Data efficiency, and the small figures of samples.</summary>
public sealed class EfficiencyRatioTests
{
    // Mistakes of 100,000 D^-1/2 with D = 100, 400, 1600: halving with every fourfold.
    private static readonly (int, double)[] s_power = [(100, 10_000), (400, 5_000), (1600, 2_500)];

    [Theory]
    [InlineData(100, 5000, 4, 0)]
    [InlineData(100, 7071.067811865, 2, 0)] // between two points, on the power law
    [InlineData(400, 2500, 4, 0)]
    [InlineData(400, 10_000, 0.25, 0)]
    [InlineData(400, 2000, 4, 1)] // beyond the curve
    [InlineData(100, 20_000, 1, -1)]
    public void Ratio_OnAPowerLaw_IsTheFactorOfProblems(int problems, double mistakes, double expected, int bound)
    {
        EfficiencyRatio ratio = EfficiencyRatio.Of(s_power, problems, mistakes, 100_000);
        Assert.Equal(expected, ratio.Value, 1e-9);
        Assert.Equal(bound, ratio.Bound);
    }

    [Fact]
    public void Ratio_OnACurveThatRises_PoolsWhatRises()
    {
        Assert.Equal([4, 2.5, 2.5, 1], EfficiencyRatio.Falling([4, 2, 3, 1]));
        Assert.Equal([2, 2, 2], EfficiencyRatio.Falling([1, 2, 3]));

        // The pooled error is reached by the first of the pool.
        (int, double)[] flat = [(100, 1000), (200, 500), (400, 500), (800, 100)];
        Assert.Equal(2, EfficiencyRatio.Of(flat, 100, 500, 10_000).Value, 1e-9);
        Assert.Equal(8, EfficiencyRatio.Of(flat, 100, 0, 10_000).Value, 1e-9);
        Assert.Equal("at least 8.00", EfficiencyRatio.Of(flat, 100, 0, 10_000).ToString());
    }

    [Fact]
    public void Ratio_OfAnArmNoBetterThanItsOwnDemonstrations_IsAtMostOne()
    {
        (int, double)[] rising = [(100, 400), (200, 500), (400, 800)];
        Assert.Equal(new EfficiencyRatio(1, -1), EfficiencyRatio.Of(rising, 100, 450, 10_000));
        Assert.Equal(new EfficiencyRatio(1, -1), EfficiencyRatio.Of(rising, 100, 400, 10_000));
        Assert.Equal(new EfficiencyRatio(4, 1), EfficiencyRatio.Of(rising, 100, 399, 10_000));
    }

    [Fact]
    public void Filters_OfRightSolutions_KeepDifferentOnes()
    {
        string[] solutions = ["1+2=3\n", "1+2=3\n", "so 1 + 2 = 3\n", "2+1=3\n", "<<1+2=4>>\n", "<<2*3=6>> six\n", "<<2*3=6>> it is six, as said\n"];
        Assert.Equal([0, 2, 3, 4, 5, 6], SolutionFilters.Keep(solutions, SolutionFilter.Distinct, 8));
        Assert.Equal([0, 2], SolutionFilters.Keep(solutions, SolutionFilter.Distinct, 2));
        IReadOnlyList<int> equations = SolutionFilters.Keep(solutions, SolutionFilter.Equations, 8);
        Assert.Equal(4, equations.Count); // 1+2=3 alone and behind "so" differ in nothing but words and stay two lists; the false one is dropped
        Assert.DoesNotContain(4, equations);
        Assert.Single(equations, i => i is 5 or 6);
        Assert.Equal([0, 1], SolutionFilters.Keep(["aaaaaaaaaa", "aaaaabbbbb", "aaaaaaaaab"], SolutionFilter.Distance, 8));
    }

    [Fact]
    public void Scores_OfSamples_CountWhatCannotBeReadApart()
    {
        Judgement Of(Verdict verdict, string? answer) => new(verdict, answer);
        SampledProblem[] problems =
        [
            new(new Problem("a", "1"), [.. new[] { Of(Verdict.Right, "1"), Of(Verdict.Right, "1"), Of(Verdict.Wrong, "2"),
                Of(Verdict.Unreadable, null) }.Select(own => new SampledSolution("", own))]),
            new(new Problem("b", "1"), [.. new[] { Of(Verdict.Wrong, "3"), Of(Verdict.Wrong, "3"), Of(Verdict.Right, "1"),
                Of(Verdict.Failed, null) }.Select(own => new SampledSolution("", own))]),
        ];
        IReadOnlyList<string> lines = SampleScores.Of(problems, 1);
        Assert.Contains(lines, line => line.StartsWith("pass@1    37.5%", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("pass@4   100.0%", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("maj@4     50.0%", StringComparison.Ordinal));
        Assert.Contains("1 of 8 samples have no answer that can be read; they count as wrong.", lines);
        Assert.Contains(lines, line => line.Contains("the verifier failed", StringComparison.Ordinal));
    }
}
