using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Tests.Numerics;

public sealed class BootstrapTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 1.3)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 3)]
    [InlineData(0.9, 8.2)]
    [InlineData(1, 10)]
    public void Quantile_FourNumbers_EqualsNumpy(double share, double expected) => Assert.Equal(expected, Bootstrap.Quantile([1, 2, 4, 10], share), 1e-12); // numpy.quantile([1, 2, 4, 10], share)

    [Fact]
    public void Quantile_EdgeCases_HaveAnAnswer()
    {
        Assert.True(double.IsNaN(Bootstrap.Quantile([], 0.5)));
        Assert.Equal(7, Bootstrap.Quantile([7], 0.975));
        Assert.Equal(double.PositiveInfinity, Bootstrap.Quantile([1, double.PositiveInfinity, double.PositiveInfinity], 0.75));
    }

    [Fact]
    public void Of_MeansOfNormalSamples_CoverTheTruthAboutAsOftenAsTheyPromise()
    {
        RandomStream data = new(1, "data"), draws = new(1, "draws");
        const int trials = 400;
        int covered = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            double[] sample = [.. Enumerable.Range(0, 40).Select(_ => 3 + data.NextGaussian())];
            Interval interval = Bootstrap.Of(sample, Mean, draws, 0.9, 400);
            covered += interval.Lower <= 3 && 3 <= interval.Upper ? 1 : 0;
        }

        // 90% promised; of 40 items the percentile interval covers about 89%; four standard errors of 1.5% to each side.
        Assert.InRange(covered / (double)trials, 0.83, 0.95);
    }

    [Fact]
    public void Of_Mean_IsAsWideAsTheNormalFormulaSays()
    {
        RandomStream data = new(2, "data");
        double[] sample = [.. Enumerable.Range(0, 400).Select(_ => data.NextGaussian())];
        double mean = sample.Average(), deviation = Math.Sqrt(sample.Average(value => (value - mean) * (value - mean)));
        Interval interval = Bootstrap.Of(sample, Mean, new RandomStream(3), 0.95, 20_000);
        Assert.Equal(mean, interval.Estimate, 1e-12);
        Assert.Equal(2 * 1.96 * deviation / Math.Sqrt(400), interval.Upper - interval.Lower, 0.01);
    }

    [Fact]
    public void Of_Pairs_StayPairs() => Gen.Double[-100, 100].Array[1, 20].Sample(
        values =>
        {
            (double, double)[] pairs = [.. values.Select(value => (value, value + 2))];
            Interval interval = Bootstrap.Of(pairs, drawn => drawn.ToArray().Average(pair => pair.Item2 - pair.Item1), new RandomStream(4), resamples: 100);
            Assert.Equal(2, interval.Lower, 1e-9);
            Assert.Equal(2, interval.Upper, 1e-9);
        },
        iter: 50);

    [Fact]
    public void Of_SameStream_GivesTheSameIntervalInsideTheRangeOfTheItems() => Gen.Double[-5, 5].Array[1, 12].Sample(
        values =>
        {
            Interval interval = Bootstrap.Of(values, Mean, new RandomStream(5), 0.9, 100);
            Assert.Equal(interval, Bootstrap.Of(values, Mean, new RandomStream(5), 0.9, 100));
            Assert.True(values.Min() - 1e-9 <= interval.Lower && interval.Lower <= interval.Upper && interval.Upper <= values.Max() + 1e-9);
        },
        iter: 50);

    [Fact]
    public void Of_StatisticThatIsNotANumber_IsLeftOut()
    {
        Interval some = Bootstrap.Of([0.0, 1.0], drawn => drawn[0] == drawn[1] ? double.NaN : 7, new RandomStream(6));
        Assert.Equal((7, 7), (some.Lower, some.Upper));
        Interval none = Bootstrap.Of([0.0], _ => double.NaN, new RandomStream(6));
        Assert.True(double.IsNaN(none.Lower) && double.IsNaN(none.Upper));
    }

    [Fact]
    public void Of_BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Bootstrap.Of<double>([], Mean, new RandomStream(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Of([1.0], Mean, new RandomStream(1), confidence: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Of([1.0], Mean, new RandomStream(1), confidence: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Of([1.0], Mean, new RandomStream(1), resamples: 99));
    }

    [Theory]
    [InlineData(0.87, 0.84, 0.9, "0.87 [0.84, 0.90]")]
    [InlineData(0.1, -0.05, 0.3333333, "0.1000 [-0.0500, 0.3333]")]
    [InlineData(3, 2, 4, "3 [2, 4]")]
    [InlineData(1234.5678, 1000, 1500.25, "1235 [1000, 1500]")]
    [InlineData(0.5, 1e-9, double.PositiveInfinity, "0.5 [1E-09, Infinity]")]
    public void ToString_Interval_IsAsReportsShowIt(double estimate, double lower, double upper, string text) => Assert.Equal(text, new Interval(estimate, lower, upper).ToString());

    private static double Mean(ReadOnlySpan<double> drawn)
    {
        double sum = 0;
        foreach (double value in drawn)
        {
            sum += value;
        }

        return sum / drawn.Length;
    }
}
