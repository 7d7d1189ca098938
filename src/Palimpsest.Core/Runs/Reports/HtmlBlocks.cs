namespace Palimpsest.Runs.Reports;

/// <summary>The pieces of a section.</summary>
internal static class HtmlBlocks
{
    public static void Write(HtmlWriter html, ReportBlock block)
    {
        switch (block)
        {
            case ReportParagraph paragraph:
                html.Element("p", paragraph.Text);
                break;
            case ReportTable table:
                Table(html, table);
                break;
            case ReportChart chart:
                SvgLineChart.Write(html, chart);
                break;
            case ReportShares shares:
                SvgShares.Write(html, shares);
                break;
            case ReportSamples samples:
                Samples(html, samples);
                break;
            case ReportCode code:
                Code(html, code.Text);
                break;
            case ReportMarkedLines marked:
                Marked(html, marked);
                break;
            default:
                throw new NotSupportedException($"The page has no form for {block.GetType().Name}.");
        }
    }

    /// <summary>Text in a fixed-width font. The inner element keeps a first empty line, which readers of HTML drop right behind <c>pre</c>.</summary>
    public static void Code(HtmlWriter html, string text) => html.Open("div", ("class", "code"), ("tabindex", "0")).Open("pre").Element("code", text).Close().Close();

    public static void Table(HtmlWriter html, ReportTable table)
    {
        int columns = Math.Max(table.Columns.Count, table.Rows.Count == 0 ? 0 : table.Rows.Max(row => row.Count));
        bool[] figures = [.. Enumerable.Range(0, columns).Select(column => HtmlFigures.AreFigures(table.Rows.Select(row => Cell(row, column))))];
        string? Look(int column) => figures[column] ? "number" : null;

        html.Open("figure", ("class", "table"));
        if (table.Caption is not null)
        {
            html.Element("figcaption", table.Caption);
        }

        html.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", table.Caption ?? "Table")).Open("table").Open("thead").Open("tr");
        for (int column = 0; column < columns; column++)
        {
            html.Element("th", Cell(table.Columns, column), ("scope", "col"), ("class", Look(column)));
        }

        html.Close().Close().Open("tbody");
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            html.Open("tr");
            for (int column = 0; column < columns; column++)
            {
                // The first column names the row, unless it counts something.
                bool heading = column == 0 && !figures[0];
                html.Element(heading ? "th" : "td", Cell(row, column), ("scope", heading ? "row" : null), ("class", Look(column)));
            }

            html.Close();
        }

        html.Close().Close().Close().Close();
    }

    private static void Samples(HtmlWriter html, ReportSamples samples)
    {
        if (samples.Rows.Count == 0)
        {
            html.Element("p", "no data", ("class", "no-data"));
            return;
        }

        html.Open("ol", ("class", "samples"));
        foreach (ReportSample sample in samples.Rows)
        {
            html.Open("li");
            Sample(html, "prompt", sample.Prompt);
            html.Open("div", ("class", "texts"));
            for (int column = 0; column < Math.Max(samples.Columns.Count, sample.Texts.Count); column++)
            {
                Sample(html, Cell(samples.Columns, column), Cell(sample.Texts, column));
            }

            html.Close().Close();
        }

        html.Close();
    }

    private static void Marked(HtmlWriter html, ReportMarkedLines marked)
    {
        html.Open("figure", ("class", "marked")).Element("figcaption", marked.Caption).Open("ol");
        foreach (ReportMarkedLine line in marked.Lines)
        {
            string look = line.Mark switch { <= -0.5 => "down far", <= -0.1 => "down", < 0.1 => "even", < 0.5 => "up", _ => "up far" };
            html.Open("li", ("class", look)).Element("code", line.Text).Element("span", line.Note, ("class", "detail")).Close();
        }

        html.Close().Close();
    }

    private static void Sample(HtmlWriter html, string name, string text)
    {
        html.Open("div").Element("p", name, ("class", "tag")).Open("pre", ("dir", "auto"));
        if (text.Length == 0)
        {
            html.Element("span", "(empty)", ("class", "empty")).Close().Close();
        }
        else
        {
            html.Element("code", text).Close().Close();
        }
    }

    private static string Cell(IReadOnlyList<string> row, int column) => column < row.Count ? row[column] : "";
}
