using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Experiment;
using Palimpsest.Unlearning.Relearning;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>Verdicts from figures made by hand: ten questions a set, as many of them answered as are said.</summary>
public sealed class AuditConclusionTests
{
    private static readonly Interval s_much = new(0.5, 0.3, 0.7), s_unsure = new(0.2, -0.1, 0.5), s_none = new(0, 0, 0);

    [Theory]
    [InlineData(10, 0, 0, 10, AuditVerdict.Holds)]
    [InlineData(10, 9, 0, 10, AuditVerdict.NotForgotten)]
    [InlineData(1, 1, 1, 10, AuditVerdict.NothingToForget)]
    [InlineData(10, 0, 0, 4, AuditVerdict.Damaged)]
    public void Of_AnswersAsUsual_DecideFirst(int before, int forget, int control, int retain, AuditVerdict expected) =>
        Assert.Equal(expected, Conclude(Found(forget, retain) with { Recoveries = [Recovery(s_none)] }, Answers(before, 10), Answers(control, 10)).Verdict);

    [Fact]
    public void Of_WhatCameBackByRelearning_DoesNotHold()
    {
        AuditOutcome found = Conclude(Found(0, 10) with { Recoveries = [Recovery(s_much)] }, Answers(10, 10), Answers(0, 10));
        Assert.Equal(AuditVerdict.DoesNotHold, found.Verdict);
        Assert.Contains(found.Sentences, text => text.Contains("50% [30%, 70%] of what was unlearned", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_AnIntervalThatHoldsZero_IsNothing() =>
        Assert.Equal(AuditVerdict.Holds, Conclude(Found(0, 10) with { Recoveries = [Recovery(s_unsure)] }, Answers(10, 10), Answers(0, 10)).Verdict);

    [Fact]
    public void Of_AnswersThatWereTaught_SayNothing() =>
        Assert.Equal(AuditVerdict.Holds,
            Conclude(Found(0, 10) with { Recoveries = [Recovery(s_much) with { Set = "direct" }] }, Answers(10, 10), Answers(0, 10)).Verdict);

    [Fact]
    public void Of_RoundedWeightsThatAnswer_DoesNotHold() =>
        Assert.Equal(AuditVerdict.DoesNotHold,
            Conclude(Found(0, 10) with { Untrained = [new UntrainedRecovery("nf4", 0.5, 0, 0, s_much)] }, Answers(10, 10), Answers(0, 10)).Verdict);

    [Fact]
    public void Of_NoControl_GivesNoVerdict() =>
        Assert.Equal(AuditVerdict.Inconclusive, Conclude(Found(10, 10) with { Recoveries = [Recovery(s_much)] }, Answers(10, 10), null).Verdict);

    [Fact]
    public void Of_AControlThatKnowsNothing_DoesNotJudgeWhatWasToStay()
    {
        AuditOutcome found = Conclude(Found(0, 4) with { Recoveries = [Recovery(s_none)] }, null, Answers(0, 0));
        Assert.Equal(AuditVerdict.Holds, found.Verdict);
        Assert.Contains(found.Sentences, text => text.StartsWith("Nothing is concluded about what was to stay", StringComparison.Ordinal));
        Assert.Contains(found.Sentences, text => text.StartsWith("Whether there was anything to forget is not known", StringComparison.Ordinal));
    }

    private static AuditOutcome Conclude(AuditOutcome found, IReadOnlyList<Measurement>? original, IReadOnlyList<Measurement>? control) =>
        new AuditConclusion(0.1, "success", new RandomStream(3)).Of(found, original, control);

    private static AuditOutcome Found(int forget, int retain) =>
        new() { Model = "model", Control = "control", Ordinary = Answers(forget, retain), Verdict = AuditVerdict.Inconclusive, Sentences = [] };

    private static Measurement[] Answers(int forget, int retain) => [Answered("forget_success", forget), Answered("retain_success", retain)];

    private static Measurement Answered(string metric, int of) => new()
    {
        Metric = metric,
        Label = metric,
        Unit = MeasurementUnit.Share,
        Numerators = [.. Enumerable.Range(0, 10).Select(i => i < of ? 1.0 : 0)],
        Denominators = [.. Enumerable.Repeat(1.0, 10)],
    };

    private static RelearnRecovery Recovery(Interval share) => new()
    {
        Set = "same-format",
        Metric = "success",
        ControlledBy = "never learned",
        Share = share,
        Before = 1,
        Unlearned = 0,
        Relearned = 0.5,
        Control = 0,
        ControlRelearned = 0,
        BestStep = 5,
        StepsToHalf = null,
    };
}
