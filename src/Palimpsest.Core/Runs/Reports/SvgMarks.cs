namespace Palimpsest.Runs.Reports;

/// <summary>Looks of arms and curves: a colour, a form of mark and a dash pattern each, so that none depends on colour alone.</summary>
internal static class SvgMarks
{
    private const int Colours = 6;

    // Around (0, 0), about 10 units wide; all of them the same weight to the eye.
    private static readonly string[] Forms =
    [
        "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
        "M0-6L6 0L0 6L-6 0z",
        "M-4.2-4.2h8.4v8.4h-8.4z",
        "M0-5.6L5.6 4.4h-11.2z",
        "M0 5.6L5.6-4.4h-11.2z",
    ];

    // Five patterns and six colours: thirty curves look different.
    private static readonly string?[] Dashes = [null, "9 3", "3 2.5", "12 3 3 3", "6 2 2 2 2 2"];

    /// <summary>The class that gives the colour.</summary>
    public static string Class(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"s{index % Colours}");

    public static string? Dash(int index) => Dashes[index % Dashes.Length];

    /// <summary>Draws the mark of an arm.</summary>
    /// <param name="html">The page.</param>
    /// <param name="index">Which arm.</param>
    /// <param name="x">Centre.</param>
    /// <param name="y">Centre.</param>
    /// <param name="title">What a pointer over it shows.</param>
    public static void Mark(HtmlWriter html, int index, double x, double y, string? title = null)
    {
        html.Open("path", ("class", "mark"), ("d", Forms[index % Forms.Length]), ("transform", $"translate({HtmlWriter.Number(x)} {HtmlWriter.Number(y)})"));
        if (title is not null)
        {
            html.Element("title", title);
        }

        html.Close();
    }

    /// <summary>A legend beside or above a chart, as HTML, so that long names wrap.</summary>
    /// <param name="html">The page.</param>
    /// <param name="look">Class beside <c>legend</c>.</param>
    /// <param name="entries">Name, whether the line is drawn, and whether the mark is.</param>
    /// <param name="chance">Adds the mark of chance.</param>
    public static void Legend(HtmlWriter html, string? look, IReadOnlyList<(string Name, bool Line, bool Mark)> entries, bool chance = false)
    {
        html.Open("ul", ("class", look is null ? "legend" : $"legend {look}"));
        for (int i = 0; i < entries.Count; i++)
        {
            html.Open("li").Open("svg", ("viewBox", "0 0 34 14"), ("width", "34"), ("height", "14"), ("aria-hidden", "true"), ("class", Class(i)));
            if (entries[i].Line)
            {
                html.Void("path", ("class", "curve"), ("d", "M1 7H33"), ("stroke-dasharray", Dash(i)));
            }

            if (entries[i].Mark)
            {
                Mark(html, i, 17, 7);
            }

            html.Close().Element("span", entries[i].Name).Close();
        }

        if (chance)
        {
            html.Open("li").Open("svg", ("viewBox", "0 0 34 14"), ("width", "34"), ("height", "14"), ("aria-hidden", "true")).Void("path", ("class", "chance"), ("d", "M17 0V14")).Close().Element("span", "chance").Close();
        }

        html.Close();
    }
}
