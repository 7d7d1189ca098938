using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.BenignModifications;

namespace Palimpsest.Tests.Unlearning.BenignModifications;

/// <summary>The rule at its borders.</summary>
public sealed class BenignRuleTests
{
    private static readonly Interval Zero = new(0, -0.02, 0.02);

    [Theory]
    [InlineData(-0.10, -0.19, -0.01, BenignVerdict.RetainedHurt)]
    [InlineData(-0.10, -0.21, 0.01, BenignVerdict.Inconclusive)]
    [InlineData(-0.09, -0.15, -0.03, BenignVerdict.Inconclusive)]
    [InlineData(-0.05, -0.09, -0.01, BenignVerdict.Holds)]
    [InlineData(0.30, 0.20, 0.40, BenignVerdict.Holds)]
    public void Retain(double estimate, double lower, double upper, BenignVerdict expected) =>
        Assert.Equal(expected, BenignRule.Judge(QuestionSide.Retain, new Interval(estimate, lower, upper), Zero, Zero, 0.1));

    [Theory]
    [InlineData(0.10, 0.01, 0.19, 0.10, 0.02, 0.2, BenignVerdict.InformationAccessible)]
    [InlineData(0.10, -0.01, 0.21, 0.10, 0.02, 0.2, BenignVerdict.Inconclusive)]
    [InlineData(0.20, 0.10, 0.30, 0.00, -0.05, 0.05, BenignVerdict.Holds)] // comes back to the level of who never knew
    [InlineData(0.20, 0.10, 0.30, 0.05, -0.05, 0.15, BenignVerdict.Inconclusive)]
    [InlineData(0.02, -0.03, 0.07, 0.02, -0.03, 0.20, BenignVerdict.Holds)]
    public void Forget(double d, double lower, double upper, double a, double aboveLower, double aboveUpper, BenignVerdict expected) =>
        Assert.Equal(expected, BenignRule.Judge(QuestionSide.Forget, new Interval(d, lower, upper), new Interval(a, aboveLower, aboveUpper), Zero, 0.1));

    [Fact]
    public void Forget_KnownBefore_IsNotForgotten() =>
        Assert.Equal(BenignVerdict.NotForgotten, BenignRule.Judge(QuestionSide.Forget, Zero, new Interval(0.6, 0.5, 0.7), new Interval(0.6, 0.5, 0.7), 0.1));
}
