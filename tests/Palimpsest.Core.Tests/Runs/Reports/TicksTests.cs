using CsCheck;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Tests.Runs.Reports;

public sealed class TicksTests
{
    private static readonly Gen<double> Numbers = Gen.OneOf(Gen.Double[-1, 1], Gen.Double[-1000, 1000], Pick.From<double>(0, 1, -1, 1e300, -1e300, 5e-324, -5e-324, 1e-300, 0.1, 1e6),
        Gen.Select(Gen.Double[-9.99, 9.99], Gen.Int[-308, 299]).Select(pair => pair.Item1 * Math.Pow(10, pair.Item2)));

    [Fact]
    public void Covering_AnyRange_CoversItWithAFewAscendingNumbers() => Gen.Select(Numbers, Numbers).Sample(
        pair =>
        {
            (double low, double high) = (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2));
            Check(low, high);
            Check(low, low);
            Check(low, Math.Min(Ticks.Largest, low + (Math.Abs(low) * 1e-12)));
        },
        iter: 20_000);

    [Theory]
    [InlineData(0, 1, "0 0.25 0.50 0.75 1.00")]
    [InlineData(0, 0, "0 0.25 0.50 0.75 1.00")]
    [InlineData(-0.3, 0.3, "−0.4 −0.2 0 0.2 0.4")]
    [InlineData(1, 600, "0 200 400 600")]
    [InlineData(0, 50_000, "0 20,000 40,000 60,000")]
    [InlineData(0, 2e6, "0 5e5 1e6 1.5e6 2e6")]
    [InlineData(0, 0.0004, "0 1e-4 2e-4 3e-4 4e-4")]
    [InlineData(5, 5, "4.50 4.75 5.00 5.25 5.50")]
    public void Covering_KnownRange_GivesTheseLabels(double low, double high, string labels) => Assert.Equal(labels, string.Join(' ', Ticks.Covering(low, high).Labels));

    [Theory]
    [InlineData(1, 64, "1 2 5 10 20 50")]
    [InlineData(1, 500, "1 2 5 10 20 50 100 200 500")]
    [InlineData(0.02, 0.3, "0.02 0.05 0.1 0.2")]
    [InlineData(1, 1e6, "1 10 100 1,000 10,000 100,000 1e6")]
    [InlineData(1e-300, 1e300, "1e-300 1e-225 1e-150 1e-75 1 1e75 1e150 1e225 1e300")]
    [InlineData(3, 4, "3 4")]
    [InlineData(7, 7, "7")]
    public void Logarithmic_KnownRange_GivesTheseLabels(double low, double high, string labels) => Assert.Equal(labels, string.Join(' ', Ticks.Logarithmic(low, high).Labels));

    [Fact]
    public void Within_RangeOfData_DropsTheTicksBeyond() => Assert.Equal(["200", "400", "600"], Ticks.Covering(1, 610).Within(1, 610).Labels);

    [Fact]
    public void Covering_NoRange_IsRefused()
    {
        foreach ((double low, double high) in ((double, double)[])[(1, 0), (double.NaN, 1), (0, double.PositiveInfinity), (-1e301, 0)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Ticks.Covering(low, high));
        }
    }

    private static void Check(double low, double high)
    {
        Ticks ticks = Ticks.Covering(low, high);
        Assert.InRange(ticks.Values.Count, 2, 8);
        Assert.True(ticks.First <= low && ticks.Last >= high, $"{ticks.First:R} .. {ticks.Last:R} does not cover {low:R} .. {high:R}");
        for (int i = 1; i < ticks.Values.Count; i++)
        {
            Assert.True(ticks.Values[i] > ticks.Values[i - 1]);
        }

        Assert.Equal(ticks.Values.Count, ticks.Labels.Distinct().Count());
    }
}
