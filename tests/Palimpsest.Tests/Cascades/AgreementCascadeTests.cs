using Palimpsest.Cascades.Agreement;
using static Palimpsest.Tests.Cascades.Scripted;

namespace Palimpsest.Tests.Cascades;

/// <summary>The rule itself, live: who answers, who is asked, and what is billed.</summary>
public sealed class AgreementCascadeTests
{
    [Theory]
    [InlineData("x", "x", "x", 1.0, 0)]
    [InlineData("x", "x", "y", 1.0, 1)]
    [InlineData("x", "x", "y", 2.0 / 3, 0)]
    [InlineData("x", "y", "z", 1.0 / 3, 0)]
    [InlineData("x", "x", "", 1.0, 1)]
    [InlineData("", "", "", 1.0 / 3, 1)]
    public async Task Answer_ThreeMembers_StandsWhereEnoughAgree(string a, string b, string c, double threshold, int tier)
    {
        AgreementCascade cascade = new([Tier(threshold, Member("a", a), Member("b", b), Member("c", c)), Tier(1, Member("large", "L"))]);
        CascadeAnswer answer = await cascade.AnswerAsync("?", TestContext.Current.CancellationToken);
        Assert.Equal(tier, answer.Tier);
        Assert.Equal(tier == 1 ? "L" : a, answer.Answer);
        Assert.Equal(tier == 1 ? 4 : 3, answer.Calls.Count);

        // Every call is billed, those of the tier that passed the question on too.
        Assert.Equal(answer.Calls.Count, answer.Calls.Sum(call => call.Reply.Usage.Money));
    }

    [Fact]
    public async Task Answer_LastTier_AlwaysAnswers()
    {
        AgreementCascade cascade = new([Tier(1, Member("a", "x"), Member("b", "y"))]);
        CascadeAnswer answer = await cascade.AnswerAsync("?", TestContext.Current.CancellationToken);
        Assert.Equal("x", answer.Answer); // a tie goes to the first
        Assert.Equal(0.5, answer.Agreement);
        Assert.Equal("a", answer.Member);
    }

    [Fact]
    public async Task Answer_ScoreRule_TakesTheMeanScoreOfThePlurality()
    {
        CascadeTier tier = Tier(0.6, Member("a", "x", 0.9), Member("b", "x", 0.6), Member("c", "y", 0.9)) with { Rule = AgreementRule.Score };
        CascadeAnswer answer = await new AgreementCascade([tier, Tier(1, Member("large", "L"))]).AnswerAsync("?", TestContext.Current.CancellationToken);
        Assert.Equal(1, answer.Tier); // (0.9 + 0.6 + 0) / 3 = 0.5
        CascadeAnswer kept = await new AgreementCascade([tier with { Threshold = 0.5 }, Tier(1, Member("large", "L"))])
            .AnswerAsync("?", TestContext.Current.CancellationToken);
        Assert.Equal((0, "x"), (kept.Tier, kept.Answer));
    }

    [Fact]
    public async Task Answer_MemberThatFailsOrIsLate_AbstainsAndIsNotBilled()
    {
        IPredictor fails = Member("fails", _ => throw new InvalidOperationException("out of order"));
        IPredictor late = Member("late", async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return Reply("x");
        });
        CascadeTier tier = Tier(0.5, fails, late, Member("c", "x"), Member("d", "x")) with { Timeout = TimeSpan.FromMilliseconds(50) };
        CascadeAnswer answer = await new AgreementCascade([tier, Tier(1, Member("large", "L"))]).AnswerAsync("?", TestContext.Current.CancellationToken);
        Assert.Equal((0, "x", 0.5), (answer.Tier, answer.Answer, answer.Agreement));
        Assert.Equal("out of order", answer.Calls[0].Reply.Failure);
        Assert.Contains("no answer within 0.05 s", answer.Calls[1].Reply.Failure, StringComparison.Ordinal);
        Assert.Equal(2, answer.Calls.Sum(call => call.Reply.Usage.Money));
    }

    [Fact]
    public async Task Answer_CallerGivesUp_Throws()
    {
        using CancellationTokenSource stop = new();
        IPredictor endless = Member("endless", async late =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, late);
            return Reply("x");
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new AgreementCascade([Tier(1, endless, Member("b", "x"))]).AnswerAsync("?", stop.Token));
    }

    [Fact]
    public void Create_TiersThatCannotDoTheirPart_AreRefused()
    {
        CascadeTier large = Tier(1, Member("large", "L"));
        Refused("one model twice", Tier(1, Member("a", "x", identity: "same"), Member("b", "x", identity: "same")), large);
        Refused("always agrees with itself", Tier(1, Member("a", "x")), large);
        Refused("no members", Tier(1), large);
        Refused("no encoder", Tier(1, Member("a", "x"), Member("b", "x")) with { Rule = AgreementRule.Semantic }, large);
        Refused("models of the same labels", Tier(1, Member("a", _ => Task.FromResult(Reply("yes")), ["yes", "no"]),
            Member("b", _ => Task.FromResult(Reply("up")), ["up"])), large);
        Assert.Equal(2, new AgreementCascade([Tier(1, Member("a", "x", 1)) with { Rule = AgreementRule.Score }, large]).Tiers.Count);
    }

    [Fact]
    public void Agreement_FreeText_CountsAbstentionsAsDisagreement()
    {
        TierAgreement all = TierAgreement.Of(AgreementRule.TokenOverlap, [Reply("The cat sat."), Reply("cats sit"), Reply("a cat sat")]);
        Assert.Equal("The cat sat.", all.Answer);
        Assert.Equal((1.0 / 3 + 1 + 1.0 / 3) / 3, all.Value, 12); // {cat, sat}, {cat, sit}, {cat, sat}
        TierAgreement some = TierAgreement.Of(AgreementRule.TokenOverlap, [Reply("a cat sat"), Reply("the cat sat"), Reply("")]);
        Assert.Equal(1.0 / 3, some.Value, 12);
        Assert.False(TierAgreement.Of(AgreementRule.TokenOverlap, [Reply(""), Reply("")]).IsAccepted(0));
    }

    [Fact]
    public void Agreement_Semantic_TakesTheNearestAnswerAndTheMeanCosine()
    {
        float[][] vectors = [[1, 0], [0.8f, 0.6f], [0, 1], [5, 5]];
        TierAgreement agreed = TierAgreement.Of(AgreementRule.Semantic, [Reply("p"), Reply("q"), Reply("r"), Reply("")], vectors);
        Assert.Equal("q", agreed.Answer);
        Assert.Equal((0.8 + 0.6 + 0) / 6, agreed.Value, 6); // six pairs, three of them with the abstention
    }

    private static CascadeTier Tier(double threshold, params IPredictor[] members) => new() { Members = members, Threshold = threshold };

    private static void Refused(string word, params CascadeTier[] tiers) =>
        Assert.Contains(word, Assert.Throws<PalimpsestException>(() => new AgreementCascade(tiers)).Message, StringComparison.Ordinal);
}
