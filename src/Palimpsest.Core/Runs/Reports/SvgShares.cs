using System.Globalization;
using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Runs.Reports;

/// <summary>Draws shares as marks with whiskers between 0% and 100%, each arm on a line of its own, so that nothing covers anything. As for curves there are two drawings, wide and narrow.</summary>
internal static class SvgShares
{
    private const double ArmHeight = 20, LineHeight = 16, Gap = 14;

    public static void Write(HtmlWriter html, ReportShares shares)
    {
        html.Open("figure", ("class", "chart")).Element("figcaption", shares.Caption);
        if (shares.Arms.Count == 0 || !shares.Rows.Any(row => row.Values.Any(IsDrawn)))
        {
            html.Element("p", "no data", ("class", "no-data")).Close();
            return;
        }

        SvgMarks.Legend(html, null, [.. shares.Arms.Select(arm => (arm, false, true))], chance: shares.Rows.Any(HasChance));
        Draw(html, shares, wide: true);
        Draw(html, shares, wide: false);
        html.Close();
    }

    private static void Draw(HtmlWriter html, ReportShares shares, bool wide)
    {
        (double width, double left, double right) = wide ? (880, 270, 715) : (340, 8, 190);
        double X(double share) => left + (Math.Clamp(share, 0, 1) * (right - left));
        Row[] rows = [.. shares.Rows.Select(row => Row.Of(row, shares.Arms.Count, wide))];
        double top = 22, height = top + rows.Sum(row => row.Height + Gap) + 4;

        html.Open("svg", ("class", wide ? "wide" : "narrow"), ("viewBox", $"0 0 {HtmlWriter.Number(width)} {HtmlWriter.Number(height)}"), ("role", "img"), ("aria-label", shares.Caption));
        html.Element("desc", Describe(shares));
        for (int percent = 0; percent <= 100; percent += wide ? 25 : 50)
        {
            double x = X(percent / 100.0);
            html.Element("text", string.Create(CultureInfo.InvariantCulture, $"{percent}%"), ("class", percent == 0 && !wide ? "tick" : "tick middle"), ("x", HtmlWriter.Number(percent == 0 && !wide ? 0 : x)), ("y", "12"));
        }

        double y = top;
        foreach (Row row in rows)
        {
            html.Void("path", ("class", "grid"), ("d", $"M0 {HtmlWriter.Number(y)}H{HtmlWriter.Number(width)}"));
            y += Gap / 2;
            double text = y + (wide ? Math.Max(0, row.Height - row.TextHeight) / 2 : 0), marks = y + (wide ? (row.Height - row.MarksHeight) / 2 : row.TextHeight);
            for (int i = 0; i < row.Lines.Count; i++)
            {
                html.Element("text", row.Lines[i], ("class", i == row.Lines.Count - 1 && row.HasChanceLine ? "tick" : "label"), ("x", "0"), ("y", HtmlWriter.Number(text + (i * LineHeight) + 12)));
            }

            for (int percent = 0; percent <= 100; percent += 25)
            {
                html.Void("path", ("class", percent == 0 ? "base" : "grid"), ("d", $"M{HtmlWriter.Number(X(percent / 100.0))} {HtmlWriter.Number(marks)}v{HtmlWriter.Number(row.MarksHeight)}"));
            }

            if (HasChance(row.Shares))
            {
                html.Void("path", ("class", "chance"), ("d", $"M{HtmlWriter.Number(X(row.Shares.Chance!.Value))} {HtmlWriter.Number(marks)}v{HtmlWriter.Number(row.MarksHeight)}"));
            }

            for (int arm = 0; arm < shares.Arms.Count; arm++)
            {
                Interval? value = arm < row.Shares.Values.Count ? row.Shares.Values[arm] : null;
                Arm(html, arm, $"{row.Shares.Label}, {shares.Arms[arm]}", value, X, marks + ((arm + 0.5) * ArmHeight), right + (wide ? 16 : 10));
            }

            y += row.Height + (Gap / 2);
        }

        html.Close();
    }

    private static void Arm(HtmlWriter html, int arm, string name, Interval? value, Func<double, double> x, double y, double textX)
    {
        html.Open("g", ("class", SvgMarks.Class(arm)));
        if (value is { } known && IsDrawn(value))
        {
            if (double.IsFinite(known.Lower) && double.IsFinite(known.Upper))
            {
                (string from, string to) = (HtmlWriter.Number(x(known.Lower)), HtmlWriter.Number(x(known.Upper)));
                html.Void("path", ("class", "whisker"), ("d", $"M{from} {HtmlWriter.Number(y)}H{to}M{from} {HtmlWriter.Number(y - 4)}v8M{to} {HtmlWriter.Number(y - 4)}v8"));
            }

            SvgMarks.Mark(html, arm, x(known.Estimate), y, $"{name}: {Show(known)}");
        }

        html.Element("text", value is { } shown && IsDrawn(value) ? Show(shown) : "no data", ("class", "value"), ("x", HtmlWriter.Number(textX)), ("y", HtmlWriter.Number(y)), ("dy", "0.35em")).Close();
    }

    private static bool IsDrawn(Interval? value) => value is { } known && double.IsFinite(known.Estimate);

    private static bool HasChance(ReportSharesRow row) => row.Chance is { } chance && double.IsFinite(chance);

    private static string Show(Interval value) => double.IsFinite(value.Lower) && double.IsFinite(value.Upper)
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value.Estimate:F1}% [{100 * value.Lower:F1}, {100 * value.Upper:F1}]")
        : string.Create(CultureInfo.InvariantCulture, $"{100 * value.Estimate:F1}%");

    private static string Describe(ReportShares shares)
    {
        StringBuilder text = new();
        foreach (ReportSharesRow row in shares.Rows)
        {
            IEnumerable<string> values = shares.Arms.Zip(row.Values).Where(pair => IsDrawn(pair.Second)).Select(pair => $"{pair.First} {Show(pair.Second!.Value)}");
            text.Append(text.Length == 0 ? "" : " ").Append(row.Label).Append(": ").AppendJoin(", ", values);
            if (HasChance(row))
            {
                text.Append(CultureInfo.InvariantCulture, $", chance {100 * row.Chance:F0}%");
            }

            text.Append('.');
        }

        return text.ToString();
    }

    private sealed record Row(ReportSharesRow Shares, IReadOnlyList<string> Lines, bool HasChanceLine, double TextHeight, double MarksHeight, double Height)
    {
        public static Row Of(ReportSharesRow row, int arms, bool wide)
        {
            IReadOnlyList<string> lines = SvgText.Wrap(row.Label, wide ? 33 : 46, 3);
            if (HasChance(row))
            {
                lines = [.. lines, string.Create(CultureInfo.InvariantCulture, $"chance {100 * row.Chance:0.#}%")];
            }

            double text = lines.Count * LineHeight, marks = arms * ArmHeight;
            return new Row(row, lines, HasChance(row), text, marks, wide ? Math.Max(text, marks) : text + marks);
        }
    }
}
