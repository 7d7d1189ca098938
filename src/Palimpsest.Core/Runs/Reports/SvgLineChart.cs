using System.Globalization;
using System.Text;

namespace Palimpsest.Runs.Reports;

/// <summary>Draws curves. Every chart is drawn twice, for wide pages and for phones, because text in one drawing that serves both is too small on the phone; the style shows one of them.</summary>
internal static class SvgLineChart
{
    private const int LongestDirectLabel = 22;
    private const double LabelHeight = 15, Letter = 7;

    // Names are bold, and DejaVu Sans, which most Linux machines fall back to, is wide.
    private const double BoldLetter = 9;

    public static void Write(HtmlWriter html, ReportChart chart)
    {
        ReportLine[] lines = [.. chart.Lines.Select(line => line with { Points = [.. line.Points.Select(point => OnlyPositive(chart, point))] })
            .Where(line => line.Points.Any(CurvePoints.IsDrawn))];
        Curve[] curves = [.. lines.Select((line, index) => new Curve(line, index, CurvePoints.Most))];
        html.Open("figure", ("class", "chart")).Element("figcaption", chart.Caption);
        if (curves.Length == 0)
        {
            html.Element("p", "no data", ("class", "no-data")).Close();
            return;
        }

        (double X, double Y)[] all = [.. curves.SelectMany(curve => curve.Runs.SelectMany(run => run))];
        (double left, double right) = (all.Min(point => point.X), all.Max(point => point.X));
        (double low, double high) = (all.Min(point => point.Y), all.Max(point => point.Y));
        (low, high) = chart.LogVertical && low == high ? (low / 2, high * 2) : (low, high);
        Ticks vertical = chart.LogVertical ? Ticks.Logarithmic(low, high) : Ticks.Covering(low, high),
            horizontal = chart.LogHorizontal ? Ticks.Logarithmic(left, right) : Ticks.Covering(left, right);
        if (chart.LogHorizontal)
        {
            (left, right) = left < right ? (left, right) : (left / 2, right * 2);
        }
        else if (right - left < 1e-5 * Math.Max(Math.Abs(left), Math.Abs(right)) || horizontal.Within(left, right).Values.Count < 2)
        {
            (left, right) = (horizontal.First, horizontal.Last);
        }

        // Names stand at the ends of their curves where they fit and all curves end at the right edge; otherwise a legend tells.
        bool direct = curves.Length is > 1 and <= 8 && curves.All(curve => SvgText.Columns(curve.Line.Name) <= LongestDirectLabel && Place(chart, curve.Last.X) >= Place(chart, right) - (0.02 * (Place(chart, right) - Place(chart, left))));
        Scale scale = new(Place(chart, left), Place(chart, right), horizontal.Within(left, right), vertical, chart)
        {
            Bottom = Height(chart, chart.LogVertical ? low : vertical.First),
            Top = Height(chart, chart.LogVertical ? high : vertical.Last),
        };
        if (curves.Length > 1)
        {
            SvgMarks.Legend(html, direct ? "narrow" : null, [.. curves.Select(curve => (curve.Line.Name, true, curve.Line.Marked))]);
        }

        html.Element("p", $"↑ {chart.Vertical}", ("class", "axis"));
        Draw(html, scale, curves, wide: true, direct);
        Draw(html, scale, [.. lines.Select((line, index) => new Curve(line, index, CurvePoints.MostNarrow))], wide: false, direct: false);
        html.Element("p", $"{chart.Horizontal} →", ("class", "axis end")).Close();
    }

    private static double Place(ReportChart chart, double x) => chart.LogHorizontal ? Math.Log(x) : x;

    private static double Height(ReportChart chart, double y) => chart.LogVertical ? Math.Log(y) : y;

    private static (double X, double Y) OnlyPositive(ReportChart chart, (double X, double Y) point) =>
        (chart.LogHorizontal && !(point.X >= 1 / Ticks.Largest) ? double.NaN : point.X, chart.LogVertical && !(point.Y >= 1 / Ticks.Largest) ? double.NaN
            : point.Y);

    private static void Draw(HtmlWriter html, Scale scale, Curve[] curves, bool wide, bool direct)
    {
        double width = wide ? 880 : 340, height = wide ? 320 : 240, top = 8, bottom = height - 24;
        // the first label reaches to the left of its place
        double left = Math.Max((scale.Vertical.Labels.Max(SvgText.Columns) * Letter) + 14, scale.Horizontal.Labels[0].Length * Letter / 2);
        double right = width - (direct ? (curves.Max(curve => SvgText.Columns(curve.Line.Name)) * BoldLetter) + 16
            : Math.Max(8, scale.Horizontal.Labels[^1].Length * Letter / 2));
        double X(double value) => left + ((Place(scale.Chart, value) - scale.Left) / (scale.Right - scale.Left) * (right - left));
        double Y(double value) => bottom - ((Height(scale.Chart, value) - scale.Bottom) / (scale.Top - scale.Bottom) * (bottom - top));

        html.Open("svg", ("class", wide ? "wide" : "narrow"), ("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}")), ("role", "img"), ("aria-label", scale.Chart.Caption));
        html.Element("desc", Describe(scale.Chart, curves));
        for (int i = 0; i < scale.Vertical.Values.Count; i++)
        {
            string y = HtmlWriter.Number(Y(scale.Vertical.Values[i]));
            html.Void("path", ("class", i == 0 ? "base" : "grid"), ("d", $"M{HtmlWriter.Number(left)} {y}H{HtmlWriter.Number(right)}"));
            html.Element("text", scale.Vertical.Labels[i], ("class", "tick end"), ("x", HtmlWriter.Number(left - 11)), ("y", y), ("dy", "0.35em"));
        }

        for (int i = 0; i < scale.Horizontal.Values.Count; i++)
        {
            string x = HtmlWriter.Number(X(scale.Horizontal.Values[i]));
            html.Void("path", ("class", "base"), ("d", $"M{x} {HtmlWriter.Number(bottom)}v5"));
            html.Element("text", scale.Horizontal.Labels[i], ("class", "tick middle"), ("x", x), ("y", HtmlWriter.Number(bottom + 19)));
        }

        foreach (Curve curve in curves)
        {
            html.Open("g", ("class", SvgMarks.Class(curve.Index)));
            foreach (IReadOnlyList<(double X, double Y)> run in curve.Runs.Where(run => run.Count > 1))
            {
                html.Void("path", ("class", "curve"), ("d", Path(run, X, Y)), ("stroke-dasharray", SvgMarks.Dash(curve.Index)));
            }

            // A point between two gaps has no line to show it, so it is marked in any case.
            foreach ((double X, double Y) point in curve.Runs.Where(run => curve.Line.Marked || run.Count == 1).SelectMany(run => run))
            {
                SvgMarks.Mark(html, curve.Index, X(point.X), Y(point.Y), $"{curve.Line.Name}: {Short(point.Y)} at {Short(point.X)}");
            }

            html.Close();
        }

        if (direct)
        {
            double[] places = Spread([.. curves.Select(curve => Y(curve.Last.Y))], top + 4, bottom);
            foreach (Curve curve in curves)
            {
                html.Element("text", curve.Line.Name, ("class", $"name {SvgMarks.Class(curve.Index)}"), ("x", HtmlWriter.Number(right + 10)), ("y", HtmlWriter.Number(places[curve.Index])), ("dy", "0.35em"));
            }
        }

        html.Close();
    }

    /// <summary>Moves labels apart, as little as needed, and keeps them between top and bottom where there is room.</summary>
    private static double[] Spread(double[] wanted, double top, double bottom)
    {
        int[] order = [.. Enumerable.Range(0, wanted.Length).OrderBy(i => wanted[i])];
        double[] places = [.. wanted];
        for (int i = 0; i < order.Length; i++)
        {
            places[order[i]] = Math.Max(places[order[i]], i == 0 ? top : places[order[i - 1]] + LabelHeight);
        }

        for (int i = order.Length - 1; i >= 0; i--)
        {
            places[order[i]] = Math.Min(places[order[i]], i == order.Length - 1 ? bottom : places[order[i + 1]] - LabelHeight);
        }

        return places;
    }

    private static string Path(IReadOnlyList<(double X, double Y)> run, Func<double, double> x, Func<double, double> y)
    {
        StringBuilder path = new();
        foreach ((double X, double Y) point in run)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(HtmlWriter.Number(x(point.X))).Append(' ').Append(HtmlWriter.Number(y(point.Y)));
        }

        return path.ToString();
    }

    private static string Describe(ReportChart chart, Curve[] curves)
    {
        StringBuilder text = new($"{chart.Vertical} over {chart.Horizontal}.");
        foreach (Curve curve in curves)
        {
            (double X, double Y)[] points = [.. curve.Runs.SelectMany(run => run)];
            (double X, double Y) lowest = points.MinBy(point => point.Y), highest = points.MaxBy(point => point.Y);
            text.Append(CultureInfo.InvariantCulture, $" {curve.Line.Name}: from {Short(points[0].Y)} at {Short(points[0].X)} to {Short(curve.Last.Y)} at {Short(curve.Last.X)},")
                .Append(CultureInfo.InvariantCulture, $" lowest {Short(lowest.Y)} at {Short(lowest.X)}, highest {Short(highest.Y)} at {Short(highest.X)}.");
        }

        return text.ToString();
    }

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private sealed record Scale(double Left, double Right, Ticks Horizontal, Ticks Vertical, ReportChart Chart)
    {
        public required double Bottom { get; init; }

        public required double Top { get; init; }
    }

    private sealed class Curve(ReportLine line, int index, int most)
    {
        public ReportLine Line { get; } = line;

        public int Index { get; } = index;

        public IReadOnlyList<IReadOnlyList<(double X, double Y)>> Runs { get; } = CurvePoints.Runs(CurvePoints.Thin(line.Points, most));

        public (double X, double Y) Last => Runs[^1][^1];
    }
}
