using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.BenignModifications;

namespace Palimpsest.Tests.Unlearning.BenignModifications;

/// <summary>The rule at its borders.</summary>
public sealed class BenignRuleTests
{
    private static readonly Interval Zero = new(0, -0.02, 0.02), Fall = new(-0.3, -0.4, -0.2), Rise = new(0.3, 0.2, 0.4);

    [Theory]
    [InlineData(-0.10, -0.19, -0.01, BenignVerdict.RetainedHurt)]
    [InlineData(-0.10, -0.21, 0.01, BenignVerdict.Inconclusive)]
    [InlineData(-0.09, -0.15, -0.03, BenignVerdict.Inconclusive)]
    [InlineData(-0.05, -0.09, -0.01, BenignVerdict.Holds)]
    [InlineData(0.30, 0.20, 0.40, BenignVerdict.Holds)]
    public void Retain(double estimate, double lower, double upper, BenignVerdict expected) =>
        Assert.Equal(expected, BenignRule.Judge(QuestionSide.Retain, Fall, new Interval(estimate, lower, upper), Zero, Zero, 0.1));

    [Theory]
    [InlineData(0.10, 0.01, 0.19, 0.10, 0.02, 0.2, BenignVerdict.InformationAccessible)]
    [InlineData(0.10, -0.01, 0.21, 0.10, 0.02, 0.2, BenignVerdict.Inconclusive)]
    [InlineData(0.20, 0.10, 0.30, 0.00, -0.05, 0.05, BenignVerdict.Holds)] // comes back to the level of who never knew
    [InlineData(0.20, 0.10, 0.30, 0.05, -0.05, 0.15, BenignVerdict.Inconclusive)]
    [InlineData(0.02, -0.03, 0.07, 0.02, -0.03, 0.20, BenignVerdict.Holds)]
    public void Forget(double d, double lower, double upper, double a, double aboveLower, double aboveUpper, BenignVerdict expected) =>
        Assert.Equal(expected, BenignRule.Judge(QuestionSide.Forget, Rise, new Interval(d, lower, upper), new Interval(a, aboveLower, aboveUpper), Zero, 0.1));

    [Fact]
    public void Forget_KnownBefore_IsNotForgotten() =>
        Assert.Equal(BenignVerdict.NotForgotten, BenignRule.Judge(QuestionSide.Forget, Zero, Zero, new Interval(0.6, 0.5, 0.7), new Interval(0.6, 0.5, 0.7),
            0.1));

    [Fact]
    public void ControlThatMovesAlone_IsNoFindingAboutTheModel()
    {
        // The control rises where an option becomes easier, or falls in an odd form; the model does neither.
        Assert.Equal(BenignVerdict.Holds, BenignRule.Judge(QuestionSide.Retain, Zero, Fall, Zero, Zero, 0.1));
        Assert.Equal(BenignVerdict.Holds, BenignRule.Judge(QuestionSide.Forget, Zero, Rise, Rise, Zero, 0.1));
    }

    [Theory]
    [InlineData(0.9, 0.5, 0.25, true)]
    [InlineData(0.9, 0.4, 0.25, false)]
    [InlineData(0.3, 0.3, 0.25, false)]
    public void Form_IsKnown_WhereTheControlKeepsHalfOfMoreThanChance(double before, double after, double chance, bool expected)
    {
        ModifiedScore row = new()
        {
            Modification = "format",
            Measure = BenignMeasure.Choice,
            Side = QuestionSide.Retain,
            Items = 9,
            Groups = 9,
            BySubject = true,
            Unmodified = 0,
            Modified = 0,
            Change = Zero,
            Verdict = BenignVerdict.Holds,
            ControlUnmodified = before,
            ControlModified = after,
        };
        Assert.Equal(expected, BenignRule.IsKnown(row, chance, 0.1));
    }
}
