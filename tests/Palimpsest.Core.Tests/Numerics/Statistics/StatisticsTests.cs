using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Tests.Numerics.Statistics;

/// <summary>Known values, made with scipy, scikit-learn and statsmodels, and properties that hold for every sample.</summary>
public sealed class StatisticsTests
{
    // Few distinct values, so that ties are common.
    private static readonly Gen<double[]> s_coarse = Gen.Int[-3, 3].Select(value => value / 2.0).Array[1, 7];
    private static readonly Gen<double[]> s_sample = Gen.Double[-5, 5].Array[1, 40];

    [Theory]
    [InlineData(0, 0.5), InlineData(-1.959963984540054, 0.025), InlineData(1.2815515655446004, 0.9), InlineData(-6, 9.865876450376946e-10), InlineData(-37.5, 4.605353009581954e-308)]
    public void Normal_KnownValues_BothWays(double x, double p)
    {
        Assert.Equal(p, NormalDistribution.Cumulative(x), p * 1e-12);
        Assert.Equal(x, NormalDistribution.Quantile(p), 1e-9);
    }

    [Fact]
    public void BetaInverse_AnyProbability_IsInverse() =>
        Gen.Select(Gen.Double[1e-6, 1 - 1e-6], Gen.Double[0.2, 300], Gen.Double[0.2, 300])
            .Sample((p, a, b) => Assert.Equal(p, BetaFunction.Regularized(BetaFunction.Inverse(p, a, b), a, b), 1e-9));

    [Fact]
    public void Binomial_Sum_EqualsIncompleteBeta() => Gen.Select(Gen.Int[1, 40], Gen.Double[0.01, 0.99]).Sample((n, p) =>
    {
        double sum = 0;
        for (int k = 0; k <= n; k++)
        {
            sum += Math.Exp(GammaFunction.LogBinomial(n, k)) * Math.Pow(p, k) * Math.Pow(1 - p, n - k);
            Assert.Equal(sum, BetaFunction.BinomialCumulative(k, n, p), 1e-11);
        }
    });

    [Fact]
    public void Gamma_IncompleteParts_SumToOne() =>
        Gen.Select(Gen.Double[0.1, 200], Gen.Double[0, 400]).Sample((a, x) => Assert.Equal(1, GammaFunction.Lower(a, x) + GammaFunction.Upper(a, x), 1e-12));

    [Fact]
    public void KolmogorovSmirnov_SmallSamples_EqualsEnumeration() => Gen.Select(s_coarse, s_coarse, Gen.Enum<Alternative>()).Sample(
        (x, y, alternative) =>
        {
            TestOutcome test = KolmogorovSmirnov.Test(x, y, alternative);
            Assert.Equal(Distance(x, y, alternative), test.Statistic, 1e-12);

            // Every choice of places for the first sample among distinct values.
            int total = x.Length + y.Length, extreme = 0, all = 0;
            for (int mask = 0; mask < 1 << total; mask++)
            {
                if (int.PopCount(mask) == x.Length)
                {
                    double[] first = [.. Enumerable.Range(0, total).Where(i => (mask >> i & 1) == 1).Select(i => (double)i)];
                    double[] second = [.. Enumerable.Range(0, total).Where(i => (mask >> i & 1) == 0).Select(i => (double)i)];
                    extreme += Distance(first, second, alternative) >= test.Statistic - 1e-9 ? 1 : 0;
                    all++;
                }
            }

            Assert.Equal((double)extreme / all, test.PValue, 1e-12);
        },
        iter: 60);

    [Fact]
    public void KolmogorovSmirnov_Sides_MirrorEachOther() => Gen.Select(s_sample, s_sample).Sample((x, y) =>
    {
        Assert.Equal(KolmogorovSmirnov.Test(x, y, Alternative.Less), KolmogorovSmirnov.Test(y, x, Alternative.Greater));
        TestOutcome both = KolmogorovSmirnov.Test(x, y), mirrored = KolmogorovSmirnov.Test(y, x);
        Assert.Equal(both.Statistic, mirrored.Statistic);
        Assert.Equal(both.PValue, mirrored.PValue, 1e-12);
        Assert.InRange(both.PValue, 0, 1);
        Assert.Equal(1, KolmogorovSmirnov.Test(x, x).PValue);
    });

    [Fact]
    public void KolmogorovSmirnov_FarTail_EqualsClosedForm()
    {
        // Two samples of 300 without overlap: 2 / C(600, 300).
        double[] x = [.. Enumerable.Range(0, 300).Select(i => (double)i)], y = [.. Enumerable.Range(300, 300).Select(i => (double)i)];
        double expected = 2 * Math.Exp(-GammaFunction.LogBinomial(600, 300)), actual = KolmogorovSmirnov.Test(x, y).PValue;
        Assert.Equal(1, actual / expected, 1e-9);
        Assert.InRange(actual, 1e-200, 1e-170);
    }

    [Fact]
    public void KolmogorovDistribution_ManyObservations_NearsTheLimit()
    {
        foreach (double z in (double[])[0.4, 0.8, 1.2, 1.6, 1.95, 2.05])
        {
            double limit = KolmogorovDistribution.Limit(z), previous = 1;
            foreach (int n in (int[])[50, 300, 2_000])
            {
                double relative = Math.Abs((KolmogorovDistribution.Survival(z / Math.Sqrt(n), n) / limit) - 1);
                Assert.InRange(relative, 0, previous);
                previous = relative;
            }

            // Above the exact limit a corrected limiting law takes over; there must be no step.
            Assert.Equal(KolmogorovDistribution.Survival(z / Math.Sqrt(2_000), 2_000), KolmogorovDistribution.Survival(z / Math.Sqrt(2_001), 2_001), 1e-5);
        }
    }

    [Fact]
    public void MannWhitney_AnySamples_IsAreaUnderCurve() => Gen.Select(s_coarse, s_coarse).Sample((x, y) =>
    {
        double pairs = x.Sum(a => y.Sum(b => a > b ? 1 : a == b ? 0.5 : 0)), u = MannWhitney.Test(x, y, method: PValueMethod.Exact).Statistic;
        bool[] labels = [.. x.Select(_ => true), .. y.Select(_ => false)];
        Assert.Equal(pairs, u);
        Assert.Equal(u / (x.Length * y.Length), new RocCurve(labels, [.. x, .. y]).Area, 1e-12);
        Assert.Equal(x.Length * y.Length, u + MannWhitney.Test(y, x, method: PValueMethod.Exact).Statistic);
    });

    [Fact]
    public void MannWhitney_ExactTail_IsTheSameWithSamplesExchanged() => Gen.Select(s_sample, s_sample).Sample((x, y) =>
        Assert.Equal(MannWhitney.Test(x, y, Alternative.Less, PValueMethod.Exact).PValue, MannWhitney.Test(y, x, Alternative.Greater, PValueMethod.Exact).PValue, 1e-12));

    [Fact]
    public void MannWhitney_KnownSamples_EqualScipy()
    {
        double[] x = [0.2601, 0.0608, 0.976], y = [1.1785, 0.8124, -0.2014, -0.9687];
        Assert.Equal(0.8571428571428571, MannWhitney.Test(x, y).PValue, 1e-12);
        Assert.Equal(0.8596837951986662, MannWhitney.Test(x, y, method: PValueMethod.Asymptotic).PValue, 1e-12);
        Assert.Equal(0.7020584547174111, MannWhitney.Test(x, y, Alternative.Less, PValueMethod.Asymptotic).PValue, 1e-12);
    }

    [Fact]
    public void Curve_RisingTransformOfScores_ChangesNothing() =>
        Gen.Select(Gen.Bool, Gen.Int[-5, 5]).Array[2, 30].Where(items => items.Any(i => i.Item1) && items.Any(i => !i.Item1)).Sample(items =>
        {
            bool[] labels = [.. items.Select(item => item.Item1)];
            RocCurve curve = new(labels, [.. items.Select(item => (double)item.Item2)]), same = new(labels, [.. items.Select(item => Math.Exp(item.Item2))]);
            Assert.Equal(curve.Area, same.Area);
            Assert.Equal(curve.AveragePrecision, same.AveragePrecision);
            Assert.InRange(curve.AveragePrecision, 0, 1);
            Assert.InRange(curve.PrecisionRecallArea, 0, 1);
            Assert.True(curve.TruePositiveRateAt(0.1) <= curve.TruePositiveRateAt(0.5));
            Assert.Equal(new RocPoint(same.Points[^1].Threshold, 1, 1), same.Points[^1]);
        });

    [Fact]
    public void Calibration_KnownScores_EqualReference()
    {
        bool[] labels = [false, true, false, false, true];
        double[] scores = [0.13, 0.53, 0.19, 0.17, 0.82], confidences = [0.87, 0.53, 0.81, 0.83, 0.82];
        bool[] correct = [true, true, true, true, true];
        Assert.Equal(0.06704, Calibration.Brier(scores, labels), 1e-12);
        Assert.Equal(0.2739283776000923, Calibration.LogLoss(scores, labels), 1e-12);
        Assert.Equal(0.228, Calibration.ExpectedError(confidences, correct), 1e-12);
        Assert.Equal(0.228, Calibration.ExpectedErrorByMass(confidences, correct), 1e-12);
        Assert.Equal(1, Calibration.ExpectedError([0.0, 1.0], [true, false], 3));
        Assert.Throws<PalimpsestException>(() => Calibration.Brier([], ReadOnlySpan<bool>.Empty));
        Assert.Throws<PalimpsestException>(() => Calibration.Brier([1.5], [true]));
    }

    [Theory]
    [InlineData(0, 100, 0.02951304960703993, 0.03621669264517641), InlineData(5, 100, 0.1022533776432745, 0.11283491110546275), InlineData(7, 7, 1, 1)]
    public void ClopperPearson_KnownCounts_EqualReference(int errors, int trials, double oneSided, double twoSided)
    {
        Assert.Equal(oneSided, ProportionIntervals.ClopperPearsonUpper(errors, trials), 1e-11);
        Assert.Equal(twoSided, ProportionIntervals.ClopperPearson(errors, trials).Upper, 1e-11);
    }

    [Fact]
    public void Intervals_AnyCounts_HoldTheShareAndMirror() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 60], Gen.Double[0.5, 0.995]).Sample((n, k, confidence) =>
    {
        k %= n + 1;
        foreach (Func<int, int, double, Interval> kind in (Func<int, int, double, Interval>[])[ProportionIntervals.Wilson, ProportionIntervals.ClopperPearson, ProportionIntervals.AgrestiCoull, ProportionIntervals.Wald])
        {
            Interval interval = kind(k, n, confidence), mirrored = kind(n - k, n, confidence);
            Assert.InRange(interval.Estimate, interval.Lower - 1e-12, interval.Upper + 1e-12);
            Assert.Equal(interval.Lower, 1 - mirrored.Upper, 1e-9);
            Assert.InRange(interval.Lower, 0, 1);
        }

        // The bound is where as few successes have the probability that is left.
        double bound = ProportionIntervals.ClopperPearsonUpper(k, n, confidence);
        Assert.Equal(k == n ? 1 : 1 - confidence, BetaFunction.BinomialCumulative(k, n, bound), 1e-9);
    });

    [Fact]
    public void McNemar_KnownTables_EqualReference()
    {
        Assert.Equal(2, McNemar.Exact(5, 2).Statistic);
        Assert.Equal(0.453125, McNemar.Exact(5, 2).PValue, 1e-12);
        Assert.Equal(0.030015864349067285, McNemar.Exact(40, 22).PValue, 1e-12);
        Assert.Equal(0.2568392579578533, McNemar.ChiSquare(5, 2, corrected: false).PValue, 1e-12);
        Assert.Equal(0.4496917979688908, McNemar.ChiSquare(5, 2).PValue, 1e-12);
        Assert.Equal(1, McNemar.Exact(0, 0).PValue);
    }

    [Fact]
    public void PairedPermutation_Sampled_NearsExact() => Gen.Double[-1, 2].Array[2, 10].Sample(
        differences =>
        {
            double exact = PairedPermutation.Exact(differences).PValue;
            Assert.InRange(exact, 2.0 / (1 << differences.Length), 1);
            Assert.Equal(exact, PairedPermutation.Sampled(differences, new RandomStream(1, "signs"), draws: 4_000).PValue, 0.05);
        },
        iter: 30);

    [Fact]
    public void MultipleTests_KnownPValues_EqualReference()
    {
        double[] p = [0.01, 0.04, 0.03, 0.005];
        Close([0.03, 0.06, 0.06, 0.02], MultipleTests.Adjust(p));
        Close([0.04, 0.16, 0.12, 0.02], MultipleTests.Adjust(p, Correction.Bonferroni));
        Close([0.02, 0.04, 0.04, 0.02], MultipleTests.Adjust(p, Correction.BenjaminiHochberg));
        Close([0.03, 0.04, 0.04, 0.02], MultipleTests.Adjust(p, Correction.Hommel));
        Close([0.03940399, 0.15065344, 0.11470719, 0.019850499375], MultipleTests.Adjust(p, Correction.Sidak));
        Assert.Empty(MultipleTests.Adjust([]));
        Assert.Throws<PalimpsestException>(() => MultipleTests.Adjust([0.1, double.NaN]));
    }

    [Fact]
    public void MultipleTests_Corrections_AreOrdered() => Gen.Double[0, 1].Array[1, 12].Sample(p =>
    {
        double[] holm = MultipleTests.Adjust(p), hommel = MultipleTests.Adjust(p, Correction.Hommel), bonferroni = MultipleTests.Adjust(p, Correction.Bonferroni);
        double[] discovery = MultipleTests.Adjust(p, Correction.BenjaminiHochberg);
        for (int i = 0; i < p.Length; i++)
        {
            Assert.InRange(holm[i], hommel[i] - 1e-12, bonferroni[i] + 1e-12);
            Assert.InRange(discovery[i], p[i] - 1e-12, hommel[i] + 1e-12);
        }
    });

    [Fact]
    public void Bootstrap_BiasCorrected_OfSymmetricSample_IsNearPercentile()
    {
        double[] items = [.. Enumerable.Range(-50, 101).Select(i => (double)i)];
        Interval percentile = Bootstrap.Of(items, Mean, new RandomStream(3)), corrected = Bootstrap.BiasCorrected(items, Mean, new RandomStream(3));
        Assert.Equal(percentile.Estimate, corrected.Estimate);
        Assert.Equal(percentile.Lower, corrected.Lower, 0.6);
        Assert.Equal(percentile.Upper, corrected.Upper, 0.6);
        Assert.Throws<ArgumentException>(() => Bootstrap.BiasCorrected<double>([], Mean, new RandomStream(3)));

        static double Mean(ReadOnlySpan<double> sample) => sample.ToArray().Average();
    }

    [Fact]
    public void Correlation_AnyPairs_IsBoundedAndSymmetric() => Gen.Select(Gen.Int[-4, 4], Gen.Int[-4, 4]).Array[3, 25].Sample(pairs =>
    {
        double[] x = [.. pairs.Select(pair => (double)pair.Item1)], y = [.. pairs.Select(pair => (double)pair.Item2)];
        foreach (Func<double[], double[], TestOutcome> kind in (Func<double[], double[], TestOutcome>[])[(a, b) => Correlation.Pearson(a, b), (a, b) => Correlation.Spearman(a, b), (a, b) => Correlation.Kendall(a, b)])
        {
            TestOutcome one = kind(x, y), other = kind(y, x);
            bool flat = x.Distinct().Count() == 1 || y.Distinct().Count() == 1;
            Assert.Equal(flat, double.IsNaN(one.Statistic));
            if (!flat)
            {
                Assert.Equal(one.Statistic, other.Statistic, 1e-12);
                Assert.InRange(one.Statistic, -1, 1);
                Assert.InRange(one.PValue, 0, 1);
            }
        }
    });

    [Fact]
    public void Kendall_FivePairs_EqualsEnumeration()
    {
        double[] x = [1, 2, 3, 4, 5], y = [2, 1, 4, 3, 5];
        Assert.Equal(0.6, Correlation.Kendall(x, y).Statistic, 1e-12);

        // 1 + 4 + 9 of the 120 orders have at most two inversions, and as many at least eight.
        Assert.Equal(28 / 120.0, Correlation.Kendall(x, y).PValue, 1e-12);
    }

    [Fact]
    public void Divergences_AnyDistributions_HaveTheirBounds() => Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]).Array[2, 8].Where(p => p.Sum(i => i.Item1) > 0 && p.Sum(i => i.Item2) > 0).Sample(pairs =>
    {
        double[] p = [.. pairs.Select(i => i.Item1 / pairs.Sum(j => j.Item1))], q = [.. pairs.Select(i => i.Item2 / pairs.Sum(j => j.Item2))];
        double distance = Divergences.TotalVariation(p, q), hellinger = Divergences.Hellinger(p, q);
        Assert.InRange(Divergences.JensenShannon(p, q), -1e-15, Math.Log(2) + 1e-12);
        Assert.Equal(Divergences.JensenShannon(p, q), Divergences.JensenShannon(q, p), 1e-12);
        Assert.InRange(distance, hellinger * hellinger - 1e-12, Math.Sqrt(2) * hellinger + 1e-12);

        // Pinsker's inequality.
        Assert.True(Divergences.KullbackLeibler(p, q) >= 2 * distance * distance - 1e-12);
    });

    [Fact]
    public void Divergences_MissingSupport_IsInfinite()
    {
        Assert.Equal(double.PositiveInfinity, Divergences.KullbackLeibler([0.5, 0.5], [1.0, 0.0]));
        Assert.Equal(Math.Log(2), Divergences.KullbackLeibler([1.0, 0.0], [0.5, 0.5]), 1e-15);
        Assert.Throws<PalimpsestException>(() => Divergences.Entropy([0.5, 0.6]));
        Assert.Throws<PalimpsestException>(() => Divergences.CrossEntropy([1.0], [0.5, 0.5]));
    }

    [Fact]
    public void ConfusionMatrix_KnownRaters_EqualReference()
    {
        ConfusionMatrix matrix = new([0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [0, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
        Assert.Equal(0.736842105263158, matrix.Kappa(), 1e-12);
        Assert.Equal(0.9, matrix.Accuracy, 1e-12);
        Assert.Equal(0.8, matrix.F1(1), 1e-12);
        Assert.Throws<PalimpsestException>(() => new ConfusionMatrix([0, 5000], [0, 1]));
        Assert.Throws<PalimpsestException>(() => new ConfusionMatrix([], []));
    }

    [Theory]
    [InlineData(10, 3, 1, 0.3), InlineData(10, 3, 5, 0.9166666666666666), InlineData(200, 17, 100, 0.99999636769084), InlineData(5, 1, 5, 1), InlineData(10, 0, 1, 0)]
    public void PassAtK_KnownCounts_EqualReference(int samples, int correct, int k, double expected) => Assert.Equal(expected, PassAtK.Estimate(samples, correct, k), 1e-12);

    [Fact]
    public void EmptySamples_AreRefused()
    {
        Assert.Throws<PalimpsestException>(() => KolmogorovSmirnov.Test([], [1]));
        Assert.Throws<PalimpsestException>(() => KolmogorovSmirnov.Test([double.NaN], [1]));
        Assert.Throws<PalimpsestException>(() => MannWhitney.Test([1], []));
        Assert.Throws<PalimpsestException>(() => PairedPermutation.Exact([]));
        Assert.Throws<PalimpsestException>(() => PairedPermutation.Exact(new double[21]));
        Assert.Throws<PalimpsestException>(() => Correlation.Pearson([1], [1]));
        Assert.Throws<PalimpsestException>(() => new RocCurve([true, true], [0.1, 0.2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionIntervals.Wilson(3, 2));
    }

    private static double Distance(double[] x, double[] y, Alternative alternative)
    {
        double[] differences = [.. x.Concat(y).Select(at => ((double)x.Count(v => v <= at) / x.Length) - ((double)y.Count(v => v <= at) / y.Length))];
        double above = Math.Max(0, differences.Max()), below = Math.Max(0, -differences.Min());
        return alternative == Alternative.Greater ? above : alternative == Alternative.Less ? below : Math.Max(above, below);
    }

    private static void Close(double[] expected, double[] actual) => Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
}
