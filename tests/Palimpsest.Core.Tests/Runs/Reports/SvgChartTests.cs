using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Tests.Runs.Reports;

public sealed partial class SvgChartTests
{
    [Fact]
    public void Line_Points_LandOnTheScaleOfTheTicks()
    {
        XElement svg = Chart(new ReportLine("loss", [(0, 0), (50, 2.5), (100, 10)], Marked: true)).Wide();
        (double X, double Y)[] points = Points(svg.OfClass("curve").Single());
        double zero = Tick(svg, "0", "y"), ten = Tick(svg, "10.0", "y"), start = Tick(svg, "0", "x"), end = Tick(svg, "100", "x");
        Assert.Equal(3, points.Length);
        Near((start, zero), points[0]);
        Near((start + ((end - start) / 2), zero + ((ten - zero) / 4)), points[1]);
        Near((end, ten), points[2]);
        Assert.Equal(3, svg.OfClass("mark").Length);
        Assert.Equal("loss: 2.5 at 50", svg.OfClass("mark")[1].Element("title")?.Value);
    }

    [Fact]
    public void Line_LongFirstLabel_HasRoomAtTheLeft()
    {
        XElement svg = Chart(new ReportLine("loss", [(5_000_000, 0), (5_000_100, 10)], Marked: true)).Wide();
        foreach (XElement label in svg.OfClass("tick").Where(label => label.Attribute("class")!.Value.Contains("middle", StringComparison.Ordinal)))
        {
            Assert.True(double.Parse(label.Attribute("x")!.Value, CultureInfo.InvariantCulture) >= label.Value.Length * 3.5, label.Value);
        }
    }

    [Fact]
    public void Line_LogarithmicAxis_GivesEqualFactorsEqualRoom()
    {
        XElement svg = Logarithmic(new ReportLine("kept", [(0, 9), (1, 0), (10, 5), (100, 10)], Marked: true)).Wide();
        (double X, double Y)[] points = Points(svg.OfClass("curve").Single());
        double one = Tick(svg, "1", "x"), hundred = Tick(svg, "100", "x"), zero = Tick(svg, "0", "y"), ten = Tick(svg, "10.0", "y");
        Assert.Equal(3, points.Length); // Zero has no place.
        Near((one, zero), points[0]);
        Near(((one + hundred) / 2, (zero + ten) / 2), points[1]);
        Near((hundred, ten), points[2]);
        Assert.Equal(one + ((hundred - one) * Math.Log10(2) / 2), Tick(svg, "2", "x"), 0.11);
        Assert.Equal("kept: 5 at 10", svg.OfClass("mark")[1].Element("title")?.Value);
    }

    [Fact]
    public void Line_BothAxesLogarithmic_GiveAPowerLawAStraightLine()
    {
        XElement svg = ReportSamplesOf.Page(new ReportChart("c", "x", "y",
            [new ReportLine("error", [(1, 0.1), (10, 0.01), (50, 0), (100, 0.001)], Marked: true)])
        {
            LogHorizontal = true,
            LogVertical = true,
        }).Wide();
        (double X, double Y)[] points = Points(svg.OfClass("curve").First());
        double tenth = Tick(svg, "0.1", "y"), thousandth = Tick(svg, "0.001", "y"), hundredth = Tick(svg, "0.01", "y");
        Assert.Equal((tenth + thousandth) / 2, hundredth, 0.11);
        Near((points[0].X, tenth), points[0]);
        Near((points[1].X, hundredth), points[1]);
        Assert.Equal("error: 0.001 at 100", svg.OfClass("mark")[^1].Element("title")?.Value); // zero has no place
    }

    [Fact]
    public void Line_PointsThatAreNotFinite_LeaveGaps()
    {
        XElement svg = Chart(new ReportLine("loss", [(0, 1), (1, 2), (2, double.NaN), (3, 3), (4, double.PositiveInfinity), (5, 1), (6, 2), (7, 1)])).Wide();
        Assert.Equal([2, 3], svg.OfClass("curve").Select(path => Points(path).Length));
        Assert.Equal("loss: 3 at 3", svg.OfClass("mark").Single().Element("title")?.Value); // The lonely point is seen.
    }

    [Fact]
    public void Line_SinglePoint_IsMarkedInside()
    {
        XElement svg = Chart(new ReportLine("loss", [(600, 2.5)])).Wide();
        Assert.Empty(svg.OfClass("curve"));
        Assert.Single(svg.OfClass("mark"));
        Assert.All(Coordinates(svg), value => Assert.InRange(value, 0, 880));
    }

    [Fact]
    public void Line_NothingToDraw_SaysNoData()
    {
        foreach (ReportLine[] lines in (ReportLine[][])[[], [new ReportLine("a", [])], [new ReportLine("a", [(0, double.NaN), (double.NaN, 1)])]])
        {
            XElement page = Chart(lines);
            Assert.Equal("no data", page.OfClass("no-data").Single().Value);
            Assert.Empty(page.Descendants("svg"));
        }
    }

    [Fact]
    public void Line_SeveralCurves_AreToldApartWithoutColour()
    {
        XElement page = Chart([.. Enumerable.Range(0, 5).Select(i => new ReportLine($"curve {i}", [(0, i), (1, i)]))]);
        Assert.Equal(5, page.Wide().OfClass("curve").Select(path => path.Attribute("stroke-dasharray")?.Value ?? "").Distinct().Count());
        Assert.Equal(["curve 0", "curve 1", "curve 2", "curve 3", "curve 4"], page.Wide().OfClass("name").Select(name => name.Value).Order());
        Assert.Equal(5, page.OfClass("legend").Single().Elements("li").Count());
        double[] places = [.. page.Wide().OfClass("name").Select(name => double.Parse(name.Attribute("y")!.Value, CultureInfo.InvariantCulture)).Order()];
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 14));
    }

    [Fact]
    public void Line_AnyNumbers_StayInsideTheDrawing() => Gen.Select(Gen.Double, Gen.Double).Array[0, 12].Array[1, 3].Sample(
        curves =>
        {
            ReportLine[] lines = [.. curves.Select((points, i) => new ReportLine($"c{i}", [.. points.OrderBy(point => point.Item1)], Marked: i == 0))];
            foreach (XElement svg in Chart(lines).Descendants("svg").Concat(Logarithmic(lines).Descendants("svg")).Where(svg => svg.Attribute("aria-hidden") is null))
            {
                Assert.All(Coordinates(svg), value => Assert.InRange(value, 0, 880));
            }
        },
        iter: 300);

    [Fact]
    public void Thin_LongCurve_KeepsEndsExtremesAndGaps() => Gen.Select(Gen.Int[401, 3000], Gen.Int[5, 400], Gen.Double[-1, 1].Array[3000]).Sample(
        sample =>
        {
            (int count, int most, double[] noise) = sample;
            (double X, double Y)[] points = [.. Enumerable.Range(0, count).Select(i => ((double)i, i % 701 == 700 ? double.NaN : noise[i]))];
            IReadOnlyList<(double X, double Y)> thin = CurvePoints.Thin(points, most);
            Assert.InRange(thin.Count, 2, most);
            Assert.Equal(thin.OrderBy(point => point.X).Select(point => point.X).Distinct(), thin.Select(point => point.X));
            Assert.Equal(0, thin[0].X);
            Assert.Equal(count - 1, thin[^1].X);
            Assert.Equal(points.Where(CurvePoints.IsDrawn).Max(point => point.Y), thin.Where(CurvePoints.IsDrawn).Max(point => point.Y));
            Assert.Equal(points.Where(CurvePoints.IsDrawn).Min(point => point.Y), thin.Where(CurvePoints.IsDrawn).Min(point => point.Y));
            Assert.Equal(points.Any(point => double.IsNaN(point.Y)), thin.Any(point => double.IsNaN(point.Y)));
            Assert.Subset(points.ToHashSet(), thin.ToHashSet());
        },
        iter: 200);

    [Fact]
    public void Shares_Intervals_LandBetweenZeroAndHundredPercent()
    {
        XElement page = ReportSamplesOf.Page(new ReportShares("c", ["before", "after"],
            [new ReportSharesRow("facts", [new Interval(0.25, 0.125, 0.5), new Interval(1, 0.9, 1.2)], 0.5), new ReportSharesRow("other", [null, new Interval(0.5, double.NaN, double.NaN)])]));
        XElement svg = page.Wide();
        double zero = Tick(svg, "0%", "x"), width = Tick(svg, "100%", "x") - zero;
        double[] marks = [.. svg.OfClass("mark").Select(mark => Numbers(mark.Attribute("transform")!.Value)[0])];
        Assert.Equal([zero + (0.25 * width), zero + width, zero + (0.5 * width)], marks, Tolerance);
        double[] whisker = Numbers(svg.OfClass("whisker")[0].Attribute("d")!.Value);
        Assert.Equal([zero + (0.125 * width), zero + (0.5 * width)], [whisker[0], whisker[2]], Tolerance);
        Assert.Equal(2, svg.OfClass("whisker").Length);
        Assert.Equal(zero + (0.5 * width), Numbers(svg.OfClass("chance").Single().Attribute("d")!.Value)[0], 0.1);
        Assert.Equal(["25.0% [12.5, 50.0]", "100.0% [90.0, 120.0]", "no data", "50.0%"], svg.OfClass("value").Select(text => text.Value));
        Assert.Equal(2, svg.OfClass("mark").Take(2).Select(mark => mark.Attribute("d")!.Value).Distinct().Count());
        Assert.Equal(["before", "after", "chance"], page.OfClass("legend").Single().Elements("li").Select(item => item.Value.Trim()));
        Assert.Equal("facts: before 25.0% [12.5, 50.0], after 100.0% [90.0, 120.0], chance 50%. other: after 50.0%.", svg.Element("desc")?.Value);
    }

    [Fact]
    public void Shares_NothingToDraw_SaysNoData()
    {
        foreach (ReportSharesRow[] rows in (ReportSharesRow[][])[[], [new ReportSharesRow("a", [null])], [new ReportSharesRow("a", [new Interval(double.NaN, 0, 1)])]])
        {
            Assert.Equal("no data", ReportSamplesOf.Page(new ReportShares("c", ["before"], rows)).OfClass("no-data").Single().Value);
        }
    }

    [Theory]
    [InlineData("one two three", 8, 3, "one two|three")]
    [InlineData("onetwothree", 4, 3, "onet|woth|ree")]
    [InlineData("one two three four", 5, 2, "one|two…")]
    [InlineData("日本語の名前", 4, 3, "日本|語の|名前")]
    [InlineData("", 4, 3, "")]
    public void Wrap_Text_FitsItsLines(string text, int columns, int lines, string expected) => Assert.Equal(expected, string.Join('|', SvgText.Wrap(text, columns, lines)));

    [Fact]
    public void Wrap_AnyText_KeepsToColumnsAndLines() => Gen.Select(Gen.String, Gen.Int[2, 12], Gen.Int[1, 4]).Sample((text, columns, lines) =>
    {
        IReadOnlyList<string> wrapped = SvgText.Wrap(text, columns, lines);
        Assert.InRange(wrapped.Count, 1, lines);
        Assert.All(wrapped, line => Assert.InRange(SvgText.Columns(line), 0, columns));
    });

    private static bool Tolerance(double expected, double actual) => Math.Abs(expected - actual) < 0.11;

    private static XElement Chart(params ReportLine[] lines) => ReportSamplesOf.Page(new ReportChart("caption", "step", "loss", lines));

    private static XElement Logarithmic(params ReportLine[] lines) => ReportSamplesOf.Page(new ReportChart("caption", "step", "loss", lines) { LogHorizontal = true });

    private static void Near((double X, double Y) expected, (double X, double Y) actual)
    {
        Assert.Equal(expected.X, actual.X, 0.11);
        Assert.Equal(expected.Y, actual.Y, 0.11);
    }

    private static double Tick(XElement svg, string label, string axis) =>
        double.Parse(svg.OfClass("tick").First(text => text.Value == label && text.Attribute("class")!.Value.EndsWith("end", StringComparison.Ordinal) == (axis == "y")).Attribute(axis)!.Value, CultureInfo.InvariantCulture);

    private static (double X, double Y)[] Points(XElement path) => [.. Numbers(path.Attribute("d")!.Value).Chunk(2).Select(pair => (pair[0], pair[1]))];

    private static IEnumerable<double> Coordinates(XElement svg) =>
        svg.OfClass("curve").SelectMany(path => Numbers(path.Attribute("d")!.Value)).Concat(svg.OfClass("mark").SelectMany(mark => Numbers(mark.Attribute("transform")!.Value)));

    private static double[] Numbers(string text) => [.. NumberPattern().Matches(text).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}
