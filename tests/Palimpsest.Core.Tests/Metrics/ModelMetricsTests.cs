using CsCheck;
using Palimpsest.Metrics;

namespace Palimpsest.Tests.Metrics;

/// <summary>Unlearning, memorisation, cascades and preference losses: hand-computed values and properties.</summary>
public sealed class ModelMetricsTests
{
    [Fact]
    public void Tofu_HandMadeLosses_HaveHandComputedValues()
    {
        double ln2 = Math.Log(2);
        Assert.Equal(0.5, Tofu.Probability(ln2), 1e-12);
        Assert.Equal(0.5, Tofu.ChoiceProbability(ln2, [2 * ln2, 2 * ln2]), 1e-12);
        Assert.Equal(0.5, Tofu.TruthRatio(ln2, [ln2, 3 * ln2]), 1e-12);
        Assert.Equal(0.625, Tofu.TruthRatio(ln2, [ln2, 3 * ln2], TruthRatioForm.Arithmetic), 1e-12);
        Assert.Equal(0.5, Tofu.TruthAggregate([0.5, 2], forget: true), 1e-12);
        Assert.Equal(0.25, Tofu.TruthAggregate([0.5, 2], forget: false), 1e-12);
        Assert.Equal(0.5, Tofu.Utility(new(0.5, 0.5, 0.5), new(0.5, 0.5, 0.5), new(0.5, 0.5, 0.5)), 1e-12);
        Assert.Equal(0, Tofu.Utility(new(0, 1, 1), new(1, 1, 1), new(1, 1, 1)));
        Assert.Equal(1, Tofu.ForgetQuality([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]));
        Assert.Throws<PalimpsestException>(() => Tofu.TruthRatio(1, []));
    }

    [Fact]
    public void TruthRatio_Geometric_NeverExceedsArithmetic() => Gen.Select(Gen.Double[0, 9], Gen.Double[0, 9].Array[1, 6]).Sample((loss, wrong) =>
        Assert.True(Tofu.TruthRatio(loss, wrong) <= Tofu.TruthRatio(loss, wrong, TruthRatioForm.Arithmetic) * (1 + 1e-12)));

    [Fact]
    public void Memorisation_HandMadePredictions_HaveHandComputedValues()
    {
        // Logits ln 1, ln 3 and ln 4: probabilities 1/8, 3/8 and 1/2.
        double[] logits = [Math.Log(1), Math.Log(3), Math.Log(4)];
        TokenPrediction last = TokenPrediction.Of(logits, 2), middle = TokenPrediction.Of(logits, 1), first = TokenPrediction.Of(logits, 0);
        Assert.Equal(Math.Log(0.5), last.LogProbability, 1e-12);
        Assert.Equal((0.125 * Math.Log(0.125)) + (0.375 * Math.Log(0.375)) + (0.5 * Math.Log(0.5)), last.Mean, 1e-12);
        TokenPrediction[] tokens = [last, first, last, last, middle, last, last, last];
        Assert.Equal(6 / 8.0, Memorisation.Exact(tokens));
        Assert.Equal(3 / 8.0, Memorisation.ExtractionStrength(tokens));
        Assert.Equal(0, Memorisation.ExtractionStrength([last, first]));
        Assert.Equal(0.5, Memorisation.ExtractionStrength([last, first], floor: true));
        Assert.Equal(1, Memorisation.ExtractionStrength([last, last]));
        Assert.Equal(Math.Log(8), Memorisation.MinK(tokens), 1e-12);
        Assert.Equal((Math.Log(8) - Math.Log(0.375)) / 2, Memorisation.MinK(tokens, 0.25), 1e-12);
        Assert.Equal(0, Memorisation.MinKPlusPlus([TokenPrediction.Of([0, double.NegativeInfinity], 0)]));
        Assert.Throws<PalimpsestException>(() => Memorisation.Loss([]));
    }

    [Fact]
    public void MinK_LargerShare_IsNoGreater() => Gen.Select(Gen.Double[-3, 3].Array[4].Array[1, 20], Gen.Double[0.05, 0.5]).Sample((rows, share) =>
    {
        TokenPrediction[] tokens = [.. rows.Select((row, i) => TokenPrediction.Of(row, i % 4))];
        Assert.True(Memorisation.MinK(tokens, share) >= Memorisation.MinK(tokens, 2 * share) - 1e-12);
        Assert.Equal(Memorisation.Loss(tokens), Memorisation.MinK(tokens, 1), 1e-12);
    });

    [Fact]
    public void Vote_HandMadeAnswers_HaveHandComputedValues()
    {
        Assert.Equal(new Vote("4", 2 / 3.0), Vote.Of(["5", "4", "4"]));
        Assert.Equal(new Vote("5", 0.5), Vote.Of(["5", "4"]));
        Assert.Equal(new Vote("4", 1 / 3.0), Vote.Of(["", "", "4"]));
        Assert.False(Vote.Of(["", ""]).IsAccepted(0));
        Assert.True(Vote.Of(["x", "x", "y"]).IsAccepted(1 - (1 / 3.0)));
        Assert.Equal(5 / 9.0, Vote.Agreement(["running dogs", "dogs run", "the dog ran"]), 1e-12);
        Assert.Equal(1, Vote.Agreement(["a", "the"]));
        Assert.Throws<PalimpsestException>(() => Vote.Of([]));
    }

    [Fact]
    public void Calibration_AnyScores_StricterRulesChooseNoSmallerThreshold() => Gen.Select(Gen.Int[0, 4], Gen.Bool, Gen.Bool).Array[20, 120].Sample(items =>
    {
        IReadOnlyList<CascadeCounts> table = CascadeCounts.Table(
            [.. items.Select(item => item.Item1 / 4.0)], [.. items.Select(item => item.Item2 || item.Item1 > 2)], [.. items.Select(item => item.Item3)], [0, 0.25, 0.5, 0.75, 1]);
        double Of(CalibrationRule rule) => ThresholdCalibration.Choose(table, 0.15, rule) ?? double.PositiveInfinity;
        Assert.True(Of(CalibrationRule.PlugIn) <= Of(CalibrationRule.ClopperPearson));
        Assert.True(Of(CalibrationRule.ClopperPearson) <= Of(CalibrationRule.ClopperPearsonTwoSided));
        Assert.True(Of(CalibrationRule.ClopperPearsonTwoSided) <= Of(CalibrationRule.Bonferroni));

        // The joint error falls with the threshold, so the fixed sequence is the same test.
        Assert.Equal(Of(CalibrationRule.ClopperPearson), Of(CalibrationRule.FixedSequence));
    });

    [Fact]
    public void Cost_TwoTiers_HasHandComputedValue()
    {
        Assert.Equal(0.378, CascadeCost.Expected([0.02 * CascadeCost.Growth(3, 1), 1], [0.318]), 1e-12);
        Assert.Equal(0.94, CascadeCost.BreakEven(0.02, 3), 1e-12);
        Assert.Throws<PalimpsestException>(() => CascadeCost.Expected([1, 1], []));
    }

    [Fact]
    public void FirstPit_HandMadeValues_HaveHandComputedSteps()
    {
        double[] q = [0.5, 0.6, 0.1, 0, 0];
        Assert.Equal((4, 4, 3), (FirstPit.Minimum(q), FirstPit.Zero(q), FirstPit.LargestDrop(q, 0.6)));
        Assert.Null(FirstPit.LargestDrop(q, 0));
        Assert.Null(FirstPit.Zero([0.1]));
        Assert.Null(FirstPit.Minimum([]));
        Assert.Equal(0.75, FirstPit.BestOf(0.5, 2), 1e-12);
    }

    [Fact]
    public void PreferenceLosses_Gradients_EqualDifferences()
    {
        Gen<double> logarithm = Gen.Double[-20, -1];
        Gen.Select(logarithm, logarithm, logarithm, logarithm, Gen.Int[1, 9], Gen.Int[1, 9]).Sample((c, r, rc, rr, lc, lr) =>
        {
            foreach (Func<PreferencePair, PreferenceLoss> kind in (Func<PreferencePair, PreferenceLoss>[])[p => PreferenceLosses.Dpo(p, 0.3, 0.1), p => PreferenceLosses.RobustDpo(p, 0.3, 0.1), p => PreferenceLosses.Ipo(p),
                p => PreferenceLosses.Ipo(p, averaged: true), p => PreferenceLosses.NormalizedDpo(p), p => PreferenceLosses.Npo(p), p => PreferenceLosses.SimPo(p)])
            {
                PreferencePair pair = new(c, r, rc, rr, lc, lr);
                const double H = 1e-5;
                PreferenceLoss loss = kind(pair);
                double byChosen = (kind(pair with { Chosen = c + H }).Value - kind(pair with { Chosen = c - H }).Value) / (2 * H);
                double byRejected = (kind(pair with { Rejected = r + H }).Value - kind(pair with { Rejected = r - H }).Value) / (2 * H);
                Assert.Equal(byChosen, loss.ChosenGradient, 1e-5);
                Assert.Equal(byRejected, loss.RejectedGradient, 1e-5);
            }
        });
    }

    [Fact]
    public void Advantages_AnyRewards_SumToZero() => Gen.Double[-2, 2].Array[2, 9].Sample(rewards =>
    {
        Assert.Equal(0, GroupAdvantages.LeaveOneOut(rewards).Sum(), 1e-9);
        Assert.Equal(0, GroupAdvantages.MeanBaseline(rewards).Sum(), 1e-9);
        Assert.Equal(0, GroupAdvantages.Standardized(rewards).Sum(), 1e-6);
        Assert.Throws<PalimpsestException>(() => GroupAdvantages.LeaveOneOut([1.0]));
    });
}
